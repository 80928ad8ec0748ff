/** What was heard first of whoever or whatever took a call. */
export interface FirstTalk {
  /** As it was transcribed, in any language. */
  text: string;
  /** From its first sound to its last, pauses included. */
  talkMs: number;
  /** A tone of one frequency came after it (`BeepDetector`). */
  hasBeep?: boolean;
}

export type Callee = 'person' | 'voicemail' | 'unsure';

interface Sign {
  weight: number;
  said: RegExp;
}

/** English, Malay and Indonesian. Weights: 4 is enough by itself; what people say of themselves too needs another sign. */
const SIGNS: readonly Sign[] = [
  { weight: 4, said: /\b(?:leave|record)\b.{0,20}\b(?:messages?|name)\b/ },
  { weight: 4, said: /\bafter the (?:tone|beep)\b|\bat the (?:tone|beep)\b/ },
  { weight: 4, said: /\bvoice ?mail\b|\bmailbox\b|\banswering machine\b/ },
  {
    weight: 4,
    said: /\bthe (?:number|person|customer|subscriber) (?:at extension|you (?:have )?(?:dialed|dialled|called|are calling))\b/,
  },
  { weight: 4, said: /\b(?:tinggalkan|rakam(?:kan)?|titipkan)\b.{0,20}\b(?:pesan(?:an)?|mesej)\b/ },
  {
    weight: 4,
    said: /\b(?:selepas|setelah) (?:bunyi|nada|isyarat)\b|\bpeti (?:suara|mel suara|pesanan)\b|\bmel suara\b/,
  },
  {
    weight: 4,
    said: /\bnombor yang anda (?:dail|hubungi)\b|\bnomor yang anda (?:tuju|hubungi)\b|\bpelanggan yang anda\b/,
  },
  { weight: 2, said: /\byou(?:'ve| have) reached\b|\banda telah menghubungi\b/ },
  {
    weight: 2,
    said: /\b(?:can(?:not|'t| not)|unable to|not able to) (?:take|answer|come to|get to)\b.{0,20}\b(?:call|phone)\b/,
  },
  {
    weight: 2,
    said: /\b(?:is|are|am|i'm) (?:currently |presently )?(?:unavailable|not available|on the phone|away)\b/,
  },
  { weight: 2, said: /\btidak dapat (?:menjawab|dihubungi|menerima)\b|\btidak (?:dapat )?diaktifkan\b/ },
  {
    weight: 2,
    said: /\b(?:get|call) (?:right )?back to you\b|\bcall you back\b|\bhubungi anda semula\b|\btelefon semula\b/,
  },
  { weight: 2, said: /\bpress (?:the )?(?:pound|hash|star|one|two|\d)\b|\btekan \w+ untuk\b/ },
  // People ask, and wait to be answered.
  {
    weight: -2,
    said: /\?|\bwho (?:is|'s) (?:this|calling|speaking)\b|\bsiapa (?:ni|ini|di sana|bercakap)\b/,
  },
  {
    weight: -1,
    said: /^\W*(?:hello|hallo|halo|helo|yes|ya|hi|hai|speaking|assalamualaikum|good (?:morning|afternoon))\b/,
  },
];
const VOICEMAIL_FROM = 3;
/** People who take a call say less than so much before they listen. */
const LONG_MS = 6000;
const SHORT_MS = 2500;
/** Of a longer text no more is read: a greeting has said by then what it is. */
const MOST_CHARACTERS = 600;

/**
 * Whether a person or a recording took a call, by what it said first, how long it spoke without a pause for an answer, and whether
 * a tone followed. `unsure`: wait for more, and take it for a person meanwhile: who is hung up on does not come back.
 */
export function judgeCallee({ text, talkMs, hasBeep = false }: FirstTalk): Callee {
  const said = text.slice(0, MOST_CHARACTERS).toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ');
  const signs = SIGNS.filter((sign) => sign.said.test(said)).reduce((sum, { weight }) => sum + weight, 0);
  const length = talkMs >= LONG_MS ? 1.5 : talkMs <= SHORT_MS ? -1.5 : 0;
  const score = signs + length + (hasBeep ? 3 : 0);
  if (score >= VOICEMAIL_FROM) return 'voicemail';
  if (said.trim() === '' || (signs > 0 && score > 0)) return 'unsure';
  return 'person';
}
