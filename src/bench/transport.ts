import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import type { LiveKit } from '../dev/livekit.ts';
import { joinAsCaller } from '../probe/guest.ts';
import { percentile } from './stats.ts';

const SAMPLE_RATE = 48_000;
const BEEP_MS = 120;
/** Encoders and jitter buffers work in steps of 10 and 20 ms, and where in a step a connection is stays with it. */
const PAIRS = 4;
const BEEPS = 10;
const APART_MS = 150;
/** Beeps that keep step with them would all say the same. */
const SHIFT_MS = 7;
const STEP_MS = 20;
const HEARD_WITHIN_MS = 5000;

/**
 * How long sound takes from one participant to another and back, the median: two of them in a room without an agent,
 * one beeps, the other listens; some pairs at once. Encoders, the server and jitter buffers are in it, as they are in
 * every call.
 */
export async function measureTransport(livekit: LiveKit): Promise<number> {
  const ways = await Promise.all(Array.from({ length: PAIRS }, (_, pair) => waysOfPair(livekit, pair)));
  return 2 * (percentile(ways.flat(), 0.5) ?? 0);
}

async function waysOfPair(livekit: LiveKit, pair: number): Promise<number[]> {
  const room = `bench-transport-${process.pid}-${pair}`;
  const [speaker, listener] = await Promise.all([
    join(livekit, room, 'agent'),
    join(livekit, room, 'standard'),
  ]);
  try {
    await listener.until('the speaker to be connected', () => listener.heard.endMs, HEARD_WITHIN_MS);
    const ways: number[] = [];
    for (let beep = 0; beep < BEEPS; beep += 1) {
      await sleep(APART_MS + ((beep * SHIFT_MS) % STEP_MS));
      const { startedAtMs } = await speaker.speak(BEEP);
      const heardAtMs = await listener.waitForSpeech({ afterMs: startedAtMs, timeoutMs: HEARD_WITHIN_MS });
      ways.push(heardAtMs - startedAtMs);
    }
    return ways;
  } finally {
    await Promise.all([speaker.leave(), listener.leave()]);
  }
}

/** The probe listens to agents only, so the one who beeps is called one. */
async function join({ url, apiKey, apiSecret }: LiveKit, room: string, kind: 'agent' | 'standard') {
  const token = new AccessToken(apiKey, apiSecret, { identity: `transport-${kind}` });
  token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true });
  token.kind = kind;
  return joinAsCaller({ url, token: await token.toJwt() });
}

const BEEP = {
  samples: Int16Array.from({ length: (SAMPLE_RATE * BEEP_MS) / 1000 }, (_, i) =>
    Math.round(9000 * Math.sin((2 * Math.PI * 500 * i) / SAMPLE_RATE)),
  ),
  sampleRate: SAMPLE_RATE,
};
