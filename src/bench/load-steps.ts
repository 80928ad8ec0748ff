import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveKit } from '../dev/livekit.ts';
import { type Guest, joinAsCaller } from '../probe/guest.ts';
import { mintToken } from '../web/mint.ts';
import { soundOf, type Utterance } from './corpus.ts';
import type { Ear } from './ear.ts';
import { footprintOf, idleCpuS } from './footprint.ts';
import type { LightCallers } from './light-callers.ts';
import type { Crowd } from './load-callers.ts';
import { type Cores, isHeld, type LoadStep, type Turns, turnsIn } from './load-results.ts';
import type { TurnResult } from './results.ts';
import { ANSWERED_AFTER_MS, takeTurn } from './turn.ts';
import { cpuOf } from './usage.ts';

const GREETED_WITHIN_MS = 30_000;
/** New callers of a step come this far apart: how a crowd is met is the burst's to say. */
const APART_MS = 500;
/** From their greetings to conversations in full swing. */
const SETTLE_MS = 4000;
/** A caller's pause for thought before the next sentence. */
const THINKING_MS = [200, 800] as const;
/** Steps in a row that were not held, before larger ones are left out. */
const ENOUGH_LOST = 2;

export interface StepParts {
  livekit: LiveKit;
  agentName: string;
  ear: Ear;
  crowd: Crowd;
  light: LightCallers;
  /** What the measured caller says, in turn. */
  utterances: readonly Utterance[];
  /** Of each step. */
  turns: number;
  /** 0 to 1. */
  random(): number;
  /** Process ids; each stands for all processes below it too. */
  pids: Readonly<Record<'worker' | 'sfu' | 'endpoints', number | undefined>>;
  onStep(step: LoadStep): void;
}

/**
 * One measured caller talks all the time; light callers join it until there are as many calls as each step says.
 *
 * @param counts - calls of each step, rising.
 */
export async function climb(counts: readonly number[], parts: StepParts): Promise<LoadStep[]> {
  const { livekit, agentName, crowd, ear } = parts;
  const room = `bench-load-${process.pid}-${agentName}`;
  const token = await mintToken({ livekit, agentName, ttlMs: 600_000, room, identity: 'measured' });
  const guest = await joinAsCaller({ url: livekit.url, token });
  const others: string[] = [];
  const steps: LoadStep[] = [];
  try {
    const greetedAtMs = await guest.waitForSpeech({ afterMs: 0, timeoutMs: GREETED_WITHIN_MS });
    await guest.waitForSilence({
      ...{ afterMs: greetedAtMs, timeoutMs: GREETED_WITHIN_MS, quietMs: ANSWERED_AFTER_MS },
    });
    for (const calls of counts) {
      const more = Math.max(0, calls - 1 - others.length);
      const joined = await crowd.join(more, more * APART_MS);
      await crowd.greeted(joined);
      others.push(...joined);
      await sleep(SETTLE_MS);
      const withoutAgent = others.filter((call) => !crowd.wasGreeted(call)).length;
      const step = { ...(await takeStep(calls, guest, parts)), withoutAgent };
      steps.push(step);
      parts.onStep(step);
      if (steps.slice(-ENOUGH_LOST).filter((one) => !isHeld(one, steps[0])).length === ENOUGH_LOST) break;
    }
    return steps;
  } finally {
    await ear.close();
    await guest.leave();
    await crowd.leave(others);
  }
}

async function takeStep(calls: number, guest: Guest, parts: StepParts): Promise<LoadStep> {
  const { ear, light, utterances, turns, random, pids } = parts;
  const firstEvent = light.events.length;
  const before = await cpuSoFar(parts);
  const taken: TurnResult[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const utterance = utterances[turn % utterances.length] as Utterance;
    const [least, most] = THINKING_MS;
    await sleep(least + (most - least) * random());
    const sound = await soundOf(utterance);
    taken.push(await takeTurn({ guest, ear, set: 'latency', utterance, sound, answerLength: 'short' }));
  }
  const cores = coresBetween(before, await cpuSoFar(parts));
  const footprint = await footprintOf(pids.worker);
  return {
    calls,
    measured: measuredTurns(taken),
    light: turnsIn(light.events.slice(firstEvent)),
    cores,
    footprint,
  };
}

const measuredTurns = (taken: readonly TurnResult[]): Turns => ({
  waitsMs: taken.flatMap(({ voiceToVoiceMs }) => voiceToVoiceMs ?? []),
  lost: taken.filter(({ lost }) => lost).length,
  gaps: taken.flatMap(({ gapsMs }) => gapsMs).length,
});

/** CPU seconds so far, and when. */
interface Cpu extends Omit<Cores, 'others'> {
  readonly atMs: number;
}

async function cpuSoFar({ pids, light }: StepParts): Promise<Cpu> {
  const { user, system } = process.cpuUsage();
  return {
    atMs: performance.now(),
    worker: await cpuOf(pids.worker),
    // The measured caller is in this process.
    callers: (await cpuOf(light.pid)) + (user + system) / 1e6,
    sfu: await cpuOf(pids.sfu),
    endpoints: await cpuOf(pids.endpoints),
    idle: await idleCpuS(),
  };
}

function coresBetween(before: Cpu, after: Cpu): Cores {
  const seconds = (after.atMs - before.atMs) / 1000;
  const of = (key: keyof Cpu) => (after[key] - before[key]) / seconds;
  const known = {
    worker: of('worker'),
    callers: of('callers'),
    sfu: of('sfu'),
    endpoints: of('endpoints'),
    idle: of('idle'),
  };
  const sum = Object.values(known).reduce((total, one) => total + one, 0);
  return { ...known, others: Math.max(0, cpus().length - sum) };
}
