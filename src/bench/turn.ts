import { setTimeout as sleep } from 'node:timers/promises';
import type { Speaker } from '../probe/phone-leg.ts';
import type { Sound } from '../probe/wav.ts';
import type { AnswerLength } from './answers.ts';
import { type Chain, chainOf, countRequests, spokenIn, stagesOf, transcriptsOf } from './attribution.ts';
import type { Utterance } from './corpus.ts';
import { cutOffOf } from './cut-off.ts';
import type { Ear } from './ear.ts';
import type { BargeIn, TurnResult } from './results.ts';
import { gapsIn, stopsAfter, yieldsAfter } from './sound-events.ts';
import { recordOf } from './worker-record.ts';

/** An answer that takes longer than this to begin is lost. */
export const LOST_AFTER_MS = 10_000;
/** So much silence after an answer is its end. */
export const ANSWERED_AFTER_MS = 900;
const LONGEST_ANSWER_MS = 60_000;
/** How much of an answer tells which one it is. */
const IDENTIFY_MS = 900;
/** What the agent's loudness before a barge-in is taken from. */
const BEFORE_MS = 600;
/** Requests that are on their way when an answer ends. */
const SETTLE_MS = 100;

export interface TurnParts {
  guest: Speaker;
  ear: Ear;
  set: TurnResult['set'];
  utterance: Utterance;
  /** Its sound, 48 kHz. */
  sound: Sound;
  answerLength: AnswerLength;
  /** The caller speaks into this, and does not wait for the end of the answer. */
  into?: BargeIn['into'];
}

/** The caller says one sentence; returns when it was answered, or is not going to be. */
export async function takeTurn(parts: TurnParts): Promise<TurnResult> {
  const { guest, ear, utterance, set, into } = parts;
  const { heard } = guest;
  await ear.expect(utterance);
  const since = await ear.mark();
  const sent = await guest.speak(parts.sound);
  const firstMs = sent.startedAtMs + utterance.startMs;
  const lastMs = sent.startedAtMs + utterance.endMs;

  const stop = into && bargeInto(guest, firstMs, lastMs);
  // What of the speech that was barged into went on is told by `stop`, not here.
  const hasYielded = !stop || stop.stoppedMs !== undefined;
  const early = hasYielded ? heard.speechAfter(firstMs + (stop?.stoppedMs ?? -1) + 1) : undefined;
  const talkedOverMs = early !== undefined && early < lastMs ? early - lastMs : undefined;
  const onsetMs = await guest
    .waitForSpeech({ afterMs: lastMs, timeoutMs: LOST_AFTER_MS })
    .catch(() => undefined);
  const endMs = onsetMs === undefined ? undefined : await answerEnd(parts, onsetMs);

  const journal = await ear.since(since);
  const from = talkedOverMs === undefined ? onsetMs : early;
  const { chain, isOldSpeech } = await sourceOf(parts, journal, from);
  const spoken = utterance.phrases.map(({ words }) => words.map(({ text }) => text));
  const isClean = hasYielded && talkedOverMs === undefined;
  const voiceToVoiceMs = onsetMs === undefined || !isClean ? undefined : onsetMs - lastMs;
  const events = guest.events.filter(({ atMs }) => atMs >= firstMs);
  return {
    set,
    ...labelsOf(utterance),
    voiceToVoiceMs,
    talkedOverMs,
    question: chain?.question,
    ...cutOffOf(spoken, chain?.question, talkedOverMs !== undefined),
    lost: onsetMs === undefined,
    answerMs: onsetMs !== undefined && endMs !== undefined ? endMs - onsetMs : undefined,
    gapsMs: onsetMs === undefined ? [] : gapsIn(heard.between(onsetMs, endMs)),
    stages:
      chain && voiceToVoiceMs !== undefined
        ? stagesOf(chain, performance.timeOrigin + lastMs, voiceToVoiceMs)
        : undefined,
    firstPiece: chain?.tts.details?.input,
    transcripts: transcriptsOf(journal ?? []),
    requests: journal && countRequests(journal),
    bargeIn: into && stop && { into, ...stop, resumed: isOldSpeech },
    record: recordOf(events),
    events,
  };
}

/** What is known of a sentence before it is spoken. */
const labelsOf = ({ id, voice, phrases, pauseMs, looksComplete, snrDb }: Utterance) => ({
  utterance: id,
  text: phrases.map(({ words }) => words.map(({ text }) => text).join(' ')).join(` <${pauseMs}> `),
  ...{ voice, pauseMs, looksComplete, snrDb },
});

/**
 * The requests that made what is heard from a moment on.
 *
 * @returns `isOldSpeech`: it was made before this turn.
 */
async function sourceOf(
  { guest, ear, into, answerLength }: TurnParts,
  journal: Awaited<ReturnType<Ear['since']>>,
  fromMs: number | undefined,
): Promise<{ chain: Chain | undefined; isOldSpeech: boolean }> {
  if (journal === undefined || fromMs === undefined) return { chain: undefined, isOldSpeech: false };
  const sound = guest.heard.between(fromMs - 20, fromMs + IDENTIFY_MS);
  const speech = spokenIn(sound, into ? await ear.whole() : journal);
  const isNew = journal.some(({ id }) => id === speech?.id);
  return {
    chain: isNew ? chainOf(speech, journal, answerLength) : undefined,
    isOldSpeech: speech !== undefined && !isNew,
  };
}

/** How the agent's speech, which goes on since before `firstMs`, gives way. */
function bargeInto(
  { heard }: Speaker,
  firstMs: number,
  lastMs: number,
): Pick<BargeIn, 'stoppedMs' | 'yieldedMs'> {
  const after = heard.between(firstMs);
  return {
    stoppedMs: stopsAfter(after, lastMs - firstMs),
    yieldedMs: yieldsAfter(heard.between(firstMs - BEFORE_MS, firstMs), after),
  };
}

/** When the answer was over; a long one, made to be interrupted, is not waited for. */
async function answerEnd(
  { guest, ear, answerLength }: TurnParts,
  onsetMs: number,
): Promise<number | undefined> {
  if (answerLength === 'long') return undefined;
  for (;;) {
    const endMs = await guest.waitForSilence({
      afterMs: onsetMs,
      timeoutMs: LONGEST_ANSWER_MS,
      quietMs: ANSWERED_AFTER_MS,
    });
    await sleep(SETTLE_MS);
    if (!(await ear.isBusy())) return endMs;
  }
}
