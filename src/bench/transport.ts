import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import type { LiveKit } from '../dev/livekit.ts';
import { joinAsCaller } from '../probe/guest.ts';
import { percentile } from './stats.ts';

const SAMPLE_RATE = 48_000;
const BEEP_MS = 120;
const BEEPS = 20;
const APART_MS = 150;
/** Encoders and jitter buffers work in steps of 10 and 20 ms: beeps that keep step with them would all say the same. */
const SHIFT_MS = 7;
const STEP_MS = 20;
const HEARD_WITHIN_MS = 5000;

/**
 * How long sound takes from one participant to another and back, the median: two of them in a room without an agent,
 * one beeps, the other listens. Encoders, the server and jitter buffers are in it, as they are in every call.
 */
export async function measureTransport(livekit: LiveKit): Promise<number> {
  const [speaker, listener] = await Promise.all([join(livekit, 'agent'), join(livekit, 'standard')]);
  try {
    const ways: number[] = [];
    for (let beep = 0; beep < BEEPS; beep += 1) {
      await sleep(APART_MS + ((beep * SHIFT_MS) % STEP_MS));
      const { startedAtMs } = await speaker.speak(BEEP);
      const heardAtMs = await listener.waitForSpeech({ afterMs: startedAtMs, timeoutMs: HEARD_WITHIN_MS });
      ways.push(heardAtMs - startedAtMs);
    }
    return 2 * (percentile(ways, 0.5) ?? 0);
  } finally {
    await Promise.all([speaker.leave(), listener.leave()]);
  }
}

/** The probe listens to agents only, so the one who beeps is called one. */
async function join({ url, apiKey, apiSecret }: LiveKit, kind: 'agent' | 'standard') {
  const token = new AccessToken(apiKey, apiSecret, { identity: `transport-${kind}` });
  token.addGrant({
    roomJoin: true,
    room: `bench-transport-${process.pid}`,
    canPublish: true,
    canSubscribe: true,
  });
  token.kind = kind;
  return joinAsCaller({ url, token: await token.toJwt() });
}

const BEEP = {
  samples: Int16Array.from({ length: (SAMPLE_RATE * BEEP_MS) / 1000 }, (_, i) =>
    Math.round(9000 * Math.sin((2 * Math.PI * 500 * i) / SAMPLE_RATE)),
  ),
  sampleRate: SAMPLE_RATE,
};
