/**
 * What speech recognisers write that nobody said. Each row was looked up or seen:
 *
 * | engine | writes | source |
 * |---|---|---|
 * | whisper.cpp | `[BLANK_AUDIO]`, `[ Silence ]`, `(wind whooshing)`, `* DING *`, `♪♪`, `>>` for another speaker | its issues 1324, 2137, 2363; `suppress_nst` is off unless asked for |
 * | faster-whisper, speaches, OpenAI | the same in rare cases only: the tokens ( [ * ♪ are suppressed, so it is closings of videos and loops | faster-whisper pull request 898, `non_speech_tokens` of openai/whisper |
 * | vLLM, transformers | as whisper.cpp: neither suppresses them unless the model's generation config does | `suppress_tokens` of that config; transformers issue 20123 |
 * | SenseVoice, FunASR | `<|en|><|HAPPY|><|BGM|><|withitn|>`, `<|nospeech|>`; an emoji for each where post-processed | FunAudioLLM/SenseVoice `demo2.py`, `rich_transcription_postprocess` |
 * | FunASR's older models, NeMo (Parakeet) | `<unk>`, `<s>`; silence is an empty text | FunASR `postprocess_utils.py`; NeMo's word pieces |
 * | models trained on GigaSpeech | `<SIL>`, `<MUSIC>`, `<NOISE>`, `<OTHER>` | its garbage tags |
 * | Deepgram | nothing: silence is an empty text, and sounds are not described | its page on filler words |
 */

/** Longer than any annotation; what is longer between brackets is kept. */
const LONGEST = 80;

/** What closes an annotation, by what opens it. */
const BRACKETS: Readonly<Record<string, string>> = {
  '[': ']',
  '【': '】',
  '(': ')',
  '（': '）',
  '{': '}',
  '<': '>',
  '*': '*',
  '♪': '♪',
  '♫': '♫',
  '♬': '♬',
};
const MAY_OPEN = /[[【(（{<*♪♫♬]/g;
const ROUND = new Set(['(', '（', '{']);

/** Sounds that are described in round brackets; other words in them may have been spoken. */
const SOUNDS = new Set(
  `music muzik musik muzika música musique musik silence silent sunyi senyap hening blank audio inaudible unintelligible
  indistinct applause clapping tepuk laughter laughs laughing laugh chuckles chuckling giggles ketawa tertawa gelak cough coughs
  coughing batuk sneeze sneezes sneezing sigh sighs sighing breath breathes breathing breaths inhales exhales gasps gasping
  groans groaning moans yawns sniffs sniffles sobs sobbing crying cries screaming screams cheering cheers whistling whistles
  humming hums singing sings mumbling mumbles murmuring whispering whispers chatter chattering crosstalk noise noises bunyi
  static buzzing buzzes beep beeps beeping bip click clicks clicking typing ringing rings rustling whooshing wind thud thuds
  bang bangs ding dings dinging bell bells footsteps door creaks barking barks engine siren traffic water foreign 笑 音楽 拍手
  音乐 笑声 掌声`.split(/\s+/),
);

/** What is left of a transcript without all that nobody said; linear in its length. */
export function spokenPart(transcript: string): string {
  const text = transcript.replace(/[🎵🎶]/gu, '♪');
  let kept = '';
  let bracketed = '';
  let from = 0;
  for (const { index } of text.matchAll(MAY_OPEN)) {
    const end = index < from ? undefined : annotationEnd(text, index);
    if (end === undefined) continue;
    const annotation = text.slice(index, end);
    // A space in its place, or the words on both sides would grow together.
    kept += `${text.slice(from, index)} `;
    if (isSpokenInBrackets(annotation)) {
      kept += annotation;
      bracketed += annotation;
    }
    from = end;
  }
  kept += text.slice(from);
  // All of a text stands in round brackets only where nobody spoke; «(03)» is a number.
  const isBracketed = lettersIn(kept) === lettersIn(bracketed) && !/\p{N}/u.test(kept);
  return isBracketed ? '' : tidied(kept);
}

function lettersIn(text: string): number {
  return text.match(/\p{L}/gu)?.length ?? 0;
}

/** Where the annotation that begins here ends; `undefined` where none begins. Looks `LONGEST` characters ahead at most. */
function annotationEnd(text: string, start: number): number | undefined {
  const opening = text[start] ?? '';
  const closing = BRACKETS[opening];
  if (closing === undefined || !mayOpen(text, start)) return undefined;
  const limit = Math.min(text.length, start + LONGEST);
  for (let at = start + 1; at < limit; at++) {
    if (text[at] === closing && mayClose(text, start, at)) return at + 1;
    if (opening === '<' && text[at] === ' ') return undefined;
  }
  // A text that was cut in an annotation: «[Music».
  return opening === '[' && limit === text.length ? limit : undefined;
}

/** Asterisks also hide letters («s***»), and «<» compares. */
function mayOpen(text: string, at: number): boolean {
  const next = text[at + 1] ?? '';
  if (text[at] === '<') return /[|/\p{L}]/u.test(next);
  return text[at] !== '*' || (!isLetterOrStar(text[at - 1]) && /[\p{L}\s]/u.test(next));
}

function mayClose(text: string, start: number, at: number): boolean {
  return text[start] !== '*' || (at > start + 1 && !isLetterOrStar(text[at + 1]));
}

function isLetterOrStar(character = ''): boolean {
  return /[\p{L}*]/u.test(character);
}

/** «(555)», and words that name no sound: «my IC (identity card)». */
function isSpokenInBrackets(piece: string): boolean {
  if (!ROUND.has(piece[0] ?? '')) return false;
  const words = piece.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > 0 && !words.some((word) => SOUNDS.has(word));
}

/** Emoji, «>>» and doubled spaces go; a text without a letter or a digit is no text. */
function tidied(text: string): string {
  const plain = text
    .replace(/[\p{Extended_Pictographic}♪♫♬]|\u{FE0F}|\u{200D}/gu, ' ')
    .replace(/>>+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return /[\p{L}\p{N}]/u.test(plain) ? plain : '';
}
