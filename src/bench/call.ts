import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveKit } from '../dev/livekit.ts';
import { type Guest, joinAsCaller } from '../probe/guest.ts';
import type { Speaker } from '../probe/phone-leg.ts';
import type { Sound } from '../probe/wav.ts';
import { mintToken } from '../web/mint.ts';
import type { AnswerLength } from './answers.ts';
import { soundOf, type Utterance } from './corpus.ts';
import type { Ear } from './ear.ts';
import type { CallResult, TurnResult } from './results.ts';
import { ANSWERED_AFTER_MS, takeTurn } from './turn.ts';
import { usageBetween, usageOf } from './usage.ts';

const GREETED_WITHIN_MS = 15_000;
const GREETING_END_WITHIN_MS = 30_000;
/** Into the agent's speech, before the caller barges in. */
const BARGE_IN_AFTER_MS = [900, 2200] as const;
/** A caller's pause for thought before the next sentence. */
const THINKING_MS = [200, 800] as const;
/** The worker's processes settle after a call was let go. */
const HANG_UP_MS = 700;

export interface CallPlan<Sentence = Utterance> {
  room: string;
  set: TurnResult['set'];
  utterances: readonly Sentence[];
  answerLength: AnswerLength;
  /** The first sentence is spoken into the greeting, each other into the answer before it. */
  bargesIn: boolean;
  /** 0 to 1. */
  random(): number;
}

export interface CallParts {
  livekit: LiveKit;
  agentName: string;
  ear: Ear;
  workerPid: number | undefined;
  onTurn(turn: TurnResult): void;
  /** How the caller comes to the agent; default: by WebRTC, as a browser does. */
  join?: ((room: string) => Promise<Speaker>) | undefined;
}

/** One call from joining to hanging up. */
export async function runCall(
  plan: CallPlan,
  { livekit, agentName, ear, workerPid, onTurn, join = byWebRtc(livekit, agentName) }: CallParts,
): Promise<CallResult> {
  const sounds = await Promise.all(plan.utterances.map(soundOf));
  const before = await usageOf(workerPid);
  const guest = await join(plan.room);
  try {
    const greetedAtMs = await guest
      .waitForSpeech({ afterMs: 0, timeoutMs: GREETED_WITHIN_MS })
      .catch(() => undefined);
    const turns: TurnResult[] = [];
    if (!plan.bargesIn && greetedAtMs !== undefined) await greetingEnd(guest, greetedAtMs);
    for (const [index, utterance] of plan.utterances.entries()) {
      const sound = sounds[index] as Sound;
      const into = plan.bargesIn ? (index === 0 ? 'greeting' : 'answer') : undefined;
      await sleep(between(into ? BARGE_IN_AFTER_MS : THINKING_MS, plan.random()));
      const { set, answerLength } = plan;
      const turn = await takeTurn({ guest, ear, set, utterance, sound, answerLength, ...(into && { into }) });
      turns.push(turn);
      onTurn(turn);
    }
    const usage = usageBetween(before, await usageOf(workerPid));
    return {
      greetingMs: greetedAtMs === undefined ? undefined : greetedAtMs - guest.joinedAtMs,
      durationMs: performance.now() - guest.joinedAtMs,
      cpuS: usage?.cpuS,
      rssMb: usage?.rssMb,
      turns,
    };
  } finally {
    await ear.close();
    await guest.leave();
    await sleep(HANG_UP_MS);
  }
}

const byWebRtc =
  (livekit: LiveKit, agentName: string) =>
  async (room: string): Promise<Guest> => {
    const identity = `caller-${room}`;
    const token = await mintToken({ livekit, agentName, ttlMs: 600_000, room, identity });
    return joinAsCaller({ url: livekit.url, token });
  };

const greetingEnd = (guest: Speaker, afterMs: number): Promise<number> =>
  guest.waitForSilence({ afterMs, timeoutMs: GREETING_END_WITHIN_MS, quietMs: ANSWERED_AFTER_MS });

const between = ([least, most]: readonly [number, number], random: number): number =>
  least + (most - least) * random;
