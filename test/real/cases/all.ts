import type { Case } from './case.ts';
import { CHAT_CASES } from './chat.ts';
import { REALTIME_CASES } from './realtime.ts';
import { SPEECH_CASES } from './speech.ts';
import { TRANSCRIPTION_CASES } from './transcription.ts';

export const CASES: readonly Case[] = [
  ...CHAT_CASES,
  ...SPEECH_CASES,
  ...TRANSCRIPTION_CASES,
  ...REALTIME_CASES,
];

/** @throws Error for a name that no case has: a fixture of a case that is gone. */
export function caseOf(name: string): Case {
  const found = CASES.find((one) => one.name === name);
  if (!found) throw new Error(`no case is called ${name}: delete its fixtures, or give it back its name`);
  return found;
}
