import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveKit } from '../dev/livekit.ts';
import { mintToken } from '../web/mint.ts';
import type { LightCallers } from './light-callers.ts';
import { type Burst, sinceJoining } from './load-results.ts';

const GREETED_WITHIN_MS = 30_000;
const LEFT_WITHIN_MS = 15_000;

/** The light callers of one worker. */
export interface Crowd {
  /** Calls in `count` rooms, evenly over `withinMs`; returns their names, at once when the last has been told to join. */
  join(count: number, withinMs: number, turns?: number): Promise<string[]>;
  /** Until each of them was greeted, or is not going to be. */
  greeted(calls: readonly string[]): Promise<void>;
  /** Whether an agent spoke to this one in time; who was not greeted says nothing. */
  wasGreeted(call: string): boolean;
  /** Whether all of them are over by themselves within a time. */
  over(calls: readonly string[], withinMs: number): Promise<boolean>;
  leave(calls: readonly string[]): Promise<void>;
}

export interface CrowdParts {
  light: LightCallers;
  livekit: LiveKit;
  agentName: string;
  /** Ogg files, a sentence each. */
  speech: readonly string[];
}

let lastRoom = 0;

export function createCrowd({ light, livekit, agentName, speech }: CrowdParts): Crowd {
  const happened = (call: string, ...names: readonly string[]) =>
    light.events.some((one) => one.call === call && names.includes(one.event));
  return {
    async join(count, withinMs, turns = 0) {
      const calls = Array.from({ length: count }, () => `bench-light-${process.pid}-${++lastRoom}`);
      const tokens = await Promise.all(
        calls.map((room) =>
          mintToken({ livekit, agentName, ttlMs: 600_000, room, identity: `caller-${room}` }),
        ),
      );
      const startedAtMs = performance.now();
      for (const [index, call] of calls.entries()) {
        await sleep(Math.max(0, startedAtMs + (index * withinMs) / count - performance.now()));
        const token = tokens[index] ?? '';
        light.tell({ do: 'join', call, url: livekit.url, token, speech, first: index, turns });
      }
      return calls;
    },
    greeted: (calls) =>
      light
        .until(
          'the light callers to be greeted',
          () => calls.every((call) => happened(call, 'greeted', 'not greeted', 'failed')),
          GREETED_WITHIN_MS,
        )
        .then(() => {}),
    wasGreeted: (call) => !happened(call, 'not greeted', 'failed'),
    over: (calls, withinMs) =>
      light
        .until('the light callers to end', () => calls.every((call) => happened(call, 'left')), withinMs)
        .catch(() => false),
    async leave(calls) {
      for (const call of calls) light.tell({ do: 'leave', call });
      const gone = () => calls.every((call) => happened(call, 'left'));
      await light.until('the light callers to leave', gone, LEFT_WITHIN_MS);
    },
  };
}

/** So many callers within a moment; they leave when the last was greeted. */
export async function burstOf(
  count: number,
  withinMs: number,
  { crowd, light }: { crowd: Crowd; light: LightCallers },
): Promise<Burst> {
  const calls = await crowd.join(count, withinMs);
  await crowd.greeted(calls);
  await crowd.leave(calls);
  return {
    withinMs,
    agentMs: sinceJoining(light.events, calls, 'agent'),
    greetingMs: sinceJoining(light.events, calls, 'greeted'),
  };
}
