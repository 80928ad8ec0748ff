import { createHash } from 'node:crypto';

/**
 * `tune` and `held` are the halves of a first split. `held` was scored so often that choices followed from it: both are
 * learned from and chosen by now. `fresh`: sentences and voices that are in neither; only ever scored.
 */
export type Half = 'tune' | 'held' | 'fresh';
export const HALVES = ['tune', 'held', 'fresh'] as const;

/** What `main.ts` and `train.ts` work with: all that may be looked at, or what is held out. */
export type Side = 'tune' | 'held out';
export const sideOf = (half: Half): Side => (half === 'fresh' ? 'held out' : 'tune');

/** Chosen so that espeak-ng, which alone speaks Malay, is learned from, and flite and Piper are not. */
const SALT = 'patience-1108';
/** Languages of which nothing is learned: what a policy knows of words does not help there. */
const UNHEARD_LANGUAGES: ReadonlySet<string> = new Set(['es']);

/** 0 to before 1, always the same for the same text. */
export function shareOf(text: string): number {
  return createHash('sha256').update(`${SALT}\0${text}`).digest().readUInt32BE() / 2 ** 32;
}

const half = (text: string): Half => (shareOf(text) < 0.5 ? 'tune' : 'held');

/** @param template - with its slots unfilled: the same with other nouns is one sentence. */
export const halfOfSentence = (language: string, template: string): Half =>
  UNHEARD_LANGUAGES.has(language) ? 'held' : half(`sentence ${language} ${template}`);

/** Of the second round; nobody looked at how they fare. Festival's are an engine of their own, the others speak Czech in a game. */
const FRESH_VOICES: ReadonlySet<string> = new Set([
  ...['en-us-nyc', 'en-gb-x-gbclan', 'ms+m7', 'ms+f4', 'it', 'it+f2'].map((name) => `espeak-ng ${name}`),
  ...['ked_diphone', 'lp_diphone', 'pc_diphone'].map((name) => `festival ${name}`),
  ...['statue', 'lightgrey', 'cyan', 'yellow', 'parrot', 'linuxer1', 'linuxer2'].map(
    (name) => `fillets cs-${name}`,
  ),
]);

/** Engine and voice: an engine that is held out has no voice to learn from. */
export const halfOfVoice = (engine: string, voice: string): Half => {
  if (FRESH_VOICES.has(`${engine} ${voice}`)) return 'fresh';
  return half(`engine ${engine}`) === 'held' ? 'held' : half(`voice ${engine} ${voice}`);
};
