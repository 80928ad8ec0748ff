/** Of a slow speaker: rather some words twice than one left out. */
const SLOW_MS_PER_CHARACTER = 80;

/** What of a text is left to say after so much sound, from the beginning of a word on; empty where it is said. */
export function restAfter(text: string, spokenMs: number): string {
  const at = Math.floor(spokenMs / SLOW_MS_PER_CHARACTER);
  return at >= text.length ? '' : text.slice(text.lastIndexOf(' ', at) + 1);
}
