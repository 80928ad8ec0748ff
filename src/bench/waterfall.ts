import type { Stages, TurnResult } from './results.ts';

/** A part of the wait, from one moment to the next. */
export interface Part {
  readonly name: string;
  readonly color: string;
  readonly end: keyof Stages;
}

/** From the caller's last sound to the answer's first, in order. */
export const PARTS: readonly Part[] = [
  { name: 'until the STT is asked', color: '#9aa5b1', end: 'sttSentMs' },
  { name: 'STT', color: '#2f80ed', end: 'sttDoneMs' },
  { name: 'until the LLM is asked', color: '#cbd2d9', end: 'llmSentMs' },
  { name: 'LLM, first token', color: '#9b51e0', end: 'firstTokenMs' },
  { name: 'LLM, first piece', color: '#cba6f0', end: 'ttsSentMs' },
  { name: 'TTS, first byte', color: '#f2994a', end: 'ttsFirstByteMs' },
  { name: 'held, sent, heard', color: '#27ae60', end: 'heardMs' },
];

/** How long each part took. They add up to the wait; what overlapped counts for the part that ended later. */
export function partsOf(stages: Stages): number[] {
  let atMs = 0;
  return PARTS.map(({ end }) => {
    const lengthMs = Math.max(0, Math.min(stages[end], stages.heardMs) - atMs);
    atMs += lengthMs;
    return lengthMs;
  });
}

/** The parts of a typical turn: their means over the turns whose wait is in the middle half. */
export function typicalParts(turns: readonly TurnResult[]): number[] | undefined {
  const waits = bySpeed(turns);
  const quarter = Math.floor(waits.length / 4);
  const middle = waits.slice(quarter, waits.length - quarter).map(partsOf);
  if (middle.length === 0) return undefined;
  return PARTS.map((_, part) => middle.reduce((sum, parts) => sum + (parts[part] ?? 0), 0) / middle.length);
}

/** The stages of all turns that have them, the fastest first. */
export const bySpeed = (turns: readonly TurnResult[]): Stages[] =>
  turns.flatMap(({ stages }) => stages ?? []).sort((a, b) => a.heardMs - b.heardMs);
