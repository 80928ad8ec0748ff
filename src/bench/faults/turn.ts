import { joined } from '../../openai/samples.ts';
import type { Guest } from '../../probe/guest.ts';
import { findIn, printOf } from '../../probe/likeness.ts';
import { voicedSpans } from '../../probe/measure.ts';
import { durationMs, type Sound } from '../../probe/wav.ts';
import type { Route } from '../../standin/faults.ts';
import type { Entry } from '../../standin/journal.ts';
import { type AnswerLength, answerTo } from '../answers.ts';
import { questionOf } from '../attribution.ts';
import type { Utterance } from '../corpus.ts';
import type { Ear } from '../ear.ts';
import { hum } from '../hum.ts';
import { GAP_MS } from '../sound-events.ts';
import { ANSWERED_AFTER_MS } from '../turn.ts';

/** An answer that takes longer than this to begin is lost, whatever else is heard. */
export const LOST_AFTER_MS = 15_000;
const LONGEST_ANSWER_MS = 60_000;
const VOICE_RATE = 16_000;
const LIKENESS_WITHIN_MS = 500;

/** One turn of a call in which something fails; times in ms after the caller's last sound. */
export interface FaultTurn {
  readonly text: string;
  /** The answer's first sound: not that of a filler, tone or apology. `undefined`: it was lost. */
  readonly answerMs: number | undefined;
  /** The first sound of any kind. */
  readonly soundMs: number | undefined;
  /** The longest silence until the answer. */
  readonly silentMs: number;
  readonly requests: Readonly<Record<'stt' | 'llm' | 'tts', number>>;
}

export interface FaultTurnParts {
  guest: Guest;
  ear: Ear;
  utterance: Utterance;
  /** Its sound, 48 kHz. */
  sound: Sound;
  length: AnswerLength;
  /** Told of the first sound, once. */
  onSound?(): void;
}

/** The caller says one sentence; returns when it was answered, or is not going to be. */
export async function takeFaultTurn(parts: FaultTurnParts): Promise<FaultTurn> {
  const { guest, ear, utterance, length } = parts;
  await ear.expect(utterance);
  const mark = await ear.mark();
  const sent = await guest.speak(parts.sound);
  const lastMs = sent.startedAtMs + utterance.endMs;
  const text = utterance.phrases.flatMap(({ words }) => words.map((word) => word.text)).join(' ');
  let soundMs: number | undefined;
  let answerMs: number | undefined;
  for (let fromMs: number | undefined = lastMs; answerMs === undefined; ) {
    fromMs = await nextSound(guest, fromMs, lastMs + LOST_AFTER_MS);
    if (fromMs === undefined) break;
    if (soundMs === undefined) parts.onSound?.();
    soundMs ??= fromMs - lastMs;
    fromMs = await soundEnd(parts, fromMs);
    answerMs = answerIn(guest.heard.between(lastMs), (await ear.since(mark)) ?? [], length);
  }
  const journal = (await ear.since(mark)) ?? [];
  const untilMs = answerMs ?? LOST_AFTER_MS;
  return {
    ...{ text, answerMs, soundMs },
    silentMs: longestSilence(guest.heard.between(lastMs, lastMs + untilMs), untilMs),
    requests: countOf(journal),
  };
}

async function nextSound(guest: Guest, afterMs: number, untilMs: number): Promise<number | undefined> {
  const timeoutMs = Math.max(1, untilMs - performance.now());
  return guest.waitForSpeech({ afterMs, timeoutMs }).catch(() => undefined);
}

/** When it was quiet after a sound, and nobody was asked for more. */
async function soundEnd({ guest, ear }: FaultTurnParts, fromMs: number): Promise<number> {
  for (;;) {
    const timeoutMs = LONGEST_ANSWER_MS;
    const endMs = await guest.waitForSilence({ afterMs: fromMs, timeoutMs, quietMs: ANSWERED_AFTER_MS });
    const soon = await guest.waitForSpeech({ afterMs: endMs + 1, timeoutMs: 100 }).catch(() => undefined);
    if (soon === undefined || !(await ear.isBusy())) return endMs + 1;
  }
}

/**
 * Where the answer to one of the questions that the model was asked begins in what was heard, in ms. Fillers and apologies sound
 * otherwise: their words are others.
 */
export function answerIn(
  heard: Sound,
  journal: readonly Entry<Route>[],
  length: AnswerLength,
): number | undefined {
  const asked = journal.filter(
    (entry): entry is Entry<'llm'> => entry.route === 'llm' && entry.details !== undefined,
  );
  const beginnings = new Set(asked.map((entry) => firstSentence(answerTo(questionOf(entry), length))));
  const places = [...beginnings].flatMap((text) => placeOf(text, heard) ?? []);
  return places.length === 0 ? undefined : onsetNear(Math.max(0, Math.min(...places)), heard);
}

/** Likeness tells a place within some hundred milliseconds; where a sound begins there, that is it. */
function onsetNear(atMs: number, heard: Sound): number {
  const onsets = voicedSpans(heard, { maxPauseMs: GAP_MS }).map(({ startMs }) => startMs);
  const nearest = onsets.toSorted((a, b) => Math.abs(a - atMs) - Math.abs(b - atMs))[0] ?? atMs;
  return Math.abs(nearest - atMs) <= LIKENESS_WITHIN_MS ? nearest : atMs;
}

/** Where the simulated voice says a text in what was heard, in ms. */
export function placeOf(text: string, heard: Sound): number | undefined {
  return findIn(printOf(heard), printOf(saying(text)))?.atMs;
}

/** From where to where it says all of it. */
export function wholePlaceOf(text: string, heard: Sound): { atMs: number; endMs: number } | undefined {
  const atMs = placeOf(text, heard);
  if (atMs === undefined) return undefined;
  const endMs = atMs + durationMs(saying(text));
  return atMs >= 0 && endMs <= durationMs(heard) + GAP_MS ? { atMs, endMs } : undefined;
}

const saying = (text: string): Sound => ({
  samples: joined([...hum({ input: text }, VOICE_RATE)]),
  sampleRate: VOICE_RATE,
});

const firstSentence = (text: string): string => /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;

function longestSilence(heard: Sound, untilMs: number): number {
  const spans = voicedSpans(heard, { maxPauseMs: GAP_MS });
  const ends = [0, ...spans.map(({ endMs }) => endMs)];
  const begins = [...spans.map(({ startMs }) => startMs), Math.max(untilMs, durationMs(heard))];
  return Math.max(...begins.map((beginMs, index) => beginMs - (ends[index] ?? 0)));
}

export function countOf(journal: readonly Entry<Route>[]): FaultTurn['requests'] {
  const of = (wanted: Route) => journal.filter(({ route }) => route === wanted).length;
  return { stt: of('stt'), llm: of('llm'), tts: of('tts') };
}
