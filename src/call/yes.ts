/** Words of assent and of refusal by language; a prompt in another language is answered in English. */
const WORDS: Readonly<Record<string, { yes: string; no: string }>> = {
  en: {
    yes: 'yes yeah yep yup yah sure okay ok agreed agree agreeable absolutely certainly fine allowed course one',
    no: 'no not nope nah never none stop refuse disagree dont cannot cant wont rather without',
  },
  ms: {
    yes: 'ya yaa ye boleh setuju baik baiklah ok okey okay benar betul silakan satu',
    no: 'tidak tak tiada jangan bukan enggan tolak',
  },
};
/** A longer turn is about something else. */
const MOST_WORDS = 8;

/** Whether what a caller said is a yes: what is unclear is none. Linear in the length of the text. */
export function isYes(text: string, language = 'en'): boolean {
  const { yes, no } = WORDS[language.slice(0, 2).toLowerCase()] ?? (WORDS.en as { yes: string; no: string });
  const plain = text.toLowerCase().replaceAll(/['’]/g, '');
  const words = plain.match(/[\p{L}\p{M}\p{Nd}]+/gu) ?? [];
  if (words.length === 0 || words.length > MOST_WORDS) return false;
  const [yesWords, noWords] = [yes.split(' '), no.split(' ')];
  return (
    !words.some((word) => noWords.includes(word)) &&
    words.some((word) => word === '1' || yesWords.includes(word))
  );
}
