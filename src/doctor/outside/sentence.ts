import { readFile } from 'node:fs/promises';

/** The bytes of a WAV file with a sentence. The program of one file has them in this module (`bundle-check.mjs`). */
export const readSentence = (): Promise<Uint8Array> => readFile(new URL('../sentence.wav', import.meta.url));
