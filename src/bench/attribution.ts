import { joined as joinedSamples } from '../openai/samples.ts';
import { findIn, printOf } from '../probe/likeness.ts';
import type { Sound } from '../probe/wav.ts';
import type { Route } from '../standin/faults.ts';
import type { Entry } from '../standin/journal.ts';
import { type AnswerLength, answerTo } from './answers.ts';
import { wordsOf } from './corpus-text.ts';
import { hum } from './hum.ts';
import type { RequestCount, Requests, Stages } from './results.ts';

/** So much silence may come before the sound. */
const LATE_MS = 100;
const VOICE_RATE = 16_000;

type Journal = readonly Entry<Route>[];

/** The requests that made the answer that was heard. */
export interface Chain {
  readonly stt: Entry<'stt'> | undefined;
  readonly llm: Entry<'llm'>;
  readonly tts: Entry<'tts'>;
  /** What the model was asked. */
  readonly question: string;
}

/**
 * Finds in the endpoints' journal which requests led to a speech request: the chat request by its answer, the
 * transcription by its text.
 */
export function chainOf(
  tts: Entry<'tts'> | undefined,
  journal: Journal,
  length: AnswerLength,
): Chain | undefined {
  const text = tts?.details && key(tts.details.input);
  if (!tts || !text) return undefined;
  const llm = ofRoute(journal, 'llm').findLast(
    (entry) => entry.atMs <= tts.atMs && key(answerTo(questionOf(entry), length)).startsWith(text),
  );
  if (!llm) return undefined;
  const question = questionOf(llm);
  const stt = ofRoute(journal, 'stt').findLast(({ atMs, durationMs = 0, details }) => {
    const words = key(details?.text ?? '');
    return words !== '' && atMs + durationMs <= llm.atMs + 20 && key(question).endsWith(words);
  });
  return { stt, llm, tts, question };
}

/** @param lastSoundMs - the caller's, as `Date.now()`. */
export function stagesOf({ stt, llm, tts }: Chain, lastSoundMs: number, heardMs: number): Stages | undefined {
  if (!stt) return undefined;
  const after = (atMs: number) => atMs - lastSoundMs;
  return {
    sttSentMs: after(stt.atMs),
    sttDoneMs: after(stt.atMs + (stt.durationMs ?? 0)),
    llmSentMs: after(llm.atMs),
    firstTokenMs: after(llm.atMs + (llm.firstByteMs ?? 0)),
    ttsSentMs: after(tts.atMs),
    ttsFirstByteMs: after(tts.atMs + (tts.firstByteMs ?? 0)),
    heardMs,
  };
}

/** What the caller said since the last answer, as a chat request has it. */
export function questionOf({ details }: Entry<'llm'>): string {
  const messages = details?.messages ?? [];
  const answered = messages.findLastIndex(({ role }) => role === 'assistant');
  const said = messages.slice(answered + 1).filter(({ role }) => role === 'user');
  return said.map(({ content }) => content).join(' ');
}

export const transcriptsOf = (journal: Journal): string[] =>
  ofRoute(journal, 'stt').map(({ outcome, details }) =>
    outcome === 'answered' ? (details?.text ?? '') : `(${outcome})`,
  );

export function countRequests(journal: Journal): Requests {
  return { stt: count(journal, 'stt'), llm: count(journal, 'llm'), tts: count(journal, 'tts') };
}

function count(journal: Journal, route: Route): RequestCount {
  const entries = ofRoute(journal, route);
  const openAt = (ms: number) =>
    entries.filter(({ atMs, durationMs = Number.POSITIVE_INFINITY }) => atMs <= ms && ms < atMs + durationMs)
      .length;
  return {
    total: entries.length,
    aborted: entries.filter(({ outcome }) => outcome === 'aborted').length,
    atOnce: Math.max(0, ...entries.map(({ atMs }) => openAt(atMs))),
  };
}

/**
 * The speech request whose sound a piece of the agent's speech begins with. A short one is known by those that follow.
 */
export function spokenIn(heard: Sound, journal: Journal): Entry<'tts'> | undefined {
  const print = printOf(heard);
  const entries = ofRoute(journal, 'tts');
  const voices = entries.map(({ details }) => joinedSamples([...hum(details ?? { input: '' }, VOICE_RATE)]));
  const places = entries.flatMap((entry, index) => {
    const following = { samples: joinedSamples(voices.slice(index, index + 3)), sampleRate: VOICE_RATE };
    const place = findIn(printOf(following), print);
    const ownMs = ((voices[index]?.length ?? 0) * 1000) / VOICE_RATE;
    return place && place.atMs >= -LATE_MS && place.atMs < ownMs - LATE_MS
      ? [{ entry, score: place.score }]
      : [];
  });
  const best = places.toSorted((x, y) => y.score - x.score)[0]?.entry;
  // Of the same text asked for twice, the later: the earlier was for a speech that was given up.
  return places.findLast(({ entry }) => entry.details?.input === best?.details?.input)?.entry;
}

const key = (text: string): string => wordsOf(text).join(' ');

function ofRoute<R extends Route>(journal: Journal, route: R): Entry<R>[] {
  return journal.filter((entry): entry is Entry<R> => entry.route === route);
}
