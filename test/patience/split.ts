import { createHash } from 'node:crypto';

/** `tune`: to learn and choose from; `held`: only ever scored. */
export type Half = 'tune' | 'held';

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

/** Engine and voice: an engine that is held out has no voice to learn from. */
export const halfOfVoice = (engine: string, voice: string): Half =>
  half(`engine ${engine}`) === 'held' ? 'held' : half(`voice ${engine} ${voice}`);
