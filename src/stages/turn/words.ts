/**
 * What the words say about turn-taking, for English and Malay. The words of the two are disjoint where it matters, so
 * one list serves callers who mix them.
 */

/** Words that hardly ever end a sentence: somebody who stops after one goes on. */
const OPEN_WORDS = new Set(
  `a an the my your his her our their and or but because so if when while that which who whose where than then as
  to of for with from in on at by about into between until since without per
  i i'm i'd i'll i've we we're we'd you're they they're he she it's there's that's what's
  is are was were am be been being do does did have has had can could will would shall should might must
  want wanna need gonna trying called named very really also just even only some any every each another
  uh um er erm hmm mm like
  dan atau tapi tetapi sebab kerana yang di ke dari daripada untuk dengan pada kepada oleh bagi tentang mengenai
  kalau jika bila apabila supaya agar sampai hingga lepas selepas sebelum semasa sambil
  nak mahu ingin hendak akan sedang telah perlu kena ialah adalah iaitu macam seperti nombor para si
  aa aaa em emm err eh`.split(/\s+/),
);

/** Said to show that one listens; over the agent's voice they are no wish to speak. */
const BACKCHANNELS = new Set(
  `ya yaa yah yeah yea yep yup yes ok okay okey k kay mm mmm mhm mmhm mm-hm mm-hmm mhmm hm hmm uh-huh uhhuh uh huh ah
  aha oh ooh right sure alright good great fine correct true i see got it understood
  haah ha'ah a'ah aah betul baik faham okaylah oklah yelah yela tu lah oh
  sí si claro vale ajá bueno entiendo de acuerdo exacto perfecto oui ouais d'accord voilà bien ja genau gut klar stimmt
  sim isso да ага угу понятно ясно хорошо`.split(/\s+/),
);
/** As transcribers write laughter, in one word or more. */
const LAUGHTER = /^(?:[hj][aei]+h?){2,}$/;
const LONGEST_BACKCHANNEL_WORDS = 4;

/** Alone, or with a word of the second list: the agent is to stop. */
const STOP_WORDS = new Set(
  `stop wait enough quiet silence cancel berhenti tunggu cukup diam nanti sekejap jap stoplah para espera basta callate
  stopp warte halt arrête attends fermati aspetta стоп подожди хватит`.split(/\s+/),
);
const BESIDE_STOP = new Set(
  'no please now it that just a moment second there tolong dulu ya sudah dah por favor'.split(' '),
);
const LONGEST_STOP_WORDS = 4;

const DIGIT_WORDS = new Set(
  `zero oh one two three four five six seven eight nine double triple
  kosong satu dua tiga empat lima enam tujuh lapan sembilan`.split(/\s+/),
);
/** Digits of the numbers that callers read out: phone (9 to 11), IC (12), account. */
const FEWEST_DICTATED_DIGITS = 9;
/** A shorter run is a quantity, a year or a PIN, unless it was announced as a number. */
const FEWEST_DIGITS_OF_A_RUN = 3;
const ANNOUNCES_NUMBER =
  /\b(number|phone|mobile|account|ic|passport|reference|nombor|telefon|akaun|rujukan)\b/;

/**
 * How likely it is that the caller goes on: `unfinished` in the middle of a phrase or a number; `statement`
 * often leads up to a request; `question` stands for a question, a request or a short answer: the caller waits for more.
 */
export type Completeness = 'unfinished' | 'statement' | 'question';

const CONDITIONS = new Set('if kalau jika sekiranya apabila'.split(' '));
/** What asks, or asks for something. */
const ASKING =
  /\b(what|what's|how|why|when|where|who|which|can|could|will|would|do you|does|did you|is there|are there|is it|are you|may i|should|please|help|i want|i would like|i'd like|i need|i wanna|apa|apakah|bila|kenapa|mengapa|macam mana|bagaimana|berapa|mana|siapa|boleh|bolehkah|adakah|tolong|sila|minta|nak|mahu|hendak|perlu)\b/;
/** An answer of few words is whole. */
const SHORT_ANSWER_WORDS = 3;

/** What the words of a turn so far say about its end. */
export function completenessOf(text: string): Completeness {
  if (looksUnfinished(text)) return 'unfinished';
  const plain = wordsOf(text);
  if (plain.length <= SHORT_ANSWER_WORDS || /\?\s*$/.test(text) || ASKING.test(plain.join(' ')))
    return 'question';
  return 'statement';
}

/** Whether the caller stopped in the middle: after an open word, in a number, at a comma, before what depends on «if». */
export function looksUnfinished(text: string): boolean {
  const trimmed = text.trim();
  if (/[,;:…–—-]$|\.\.\.$/u.test(trimmed)) return true;
  if (/\?$/.test(trimmed)) return false;
  const words = wordsOf(trimmed);
  const last = words.at(-1);
  if (last === undefined) return false;
  const isBareCondition = CONDITIONS.has(words[0] ?? '') && !ASKING.test(words.slice(1).join(' '));
  return OPEN_WORDS.has(last) || isBareCondition || isInsideNumber(words);
}

/** Whether a transcript is listening noise or laughter only, such as «ya», «okay, okay», «mm-hm», «ha ha». */
export function isBackchannel(text: string): boolean {
  const words = wordsOf(text);
  if (words.length > LONGEST_BACKCHANNEL_WORDS) return false;
  return words.every((word) => BACKCHANNELS.has(word)) || LAUGHTER.test(words.join(''));
}

/** Whether a text says nothing but that the agent is to stop, or to wait. */
export function isStopWish(text: string): boolean {
  const words = wordsOf(text);
  const isOne = (word: string) => STOP_WORDS.has(word);
  return (
    words.length <= LONGEST_STOP_WORDS &&
    words.some(isOne) &&
    words.every((word) => isOne(word) || BESIDE_STOP.has(word))
  );
}

/** The same words, whatever their case and punctuation. */
export function saysTheSame(one: string, other: string): boolean {
  return wordsOf(one).join(' ') === wordsOf(other).join(' ');
}

function isInsideNumber(words: readonly string[]): boolean {
  let digits = 0;
  let at = words.length - 1;
  for (; at >= 0; at--) {
    const word = words[at] ?? '';
    if (DIGIT_WORDS.has(word)) digits += 1;
    else if (/^[\d-]+$/.test(word)) digits += word.replace(/-/g, '').length;
    else break;
  }
  if (digits === 0 || digits >= FEWEST_DICTATED_DIGITS) return false;
  const before = words.slice(Math.max(0, at - 5), at + 1).join(' ');
  return ANNOUNCES_NUMBER.test(before) || (at < 0 && digits >= FEWEST_DIGITS_OF_A_RUN);
}

/** The words of a text, in lower case. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/’/g, "'")
      .match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? []
  );
}
