import { EchoPath } from '../../src/stages/turn/echo/echo-path.ts';
import { manualClock } from './manual-clock.ts';

export const PLAYED_RATE = 24_000;
export const HEARD_RATE = 16_000;
const FRAME_MS = 10;

export interface RoomOptions {
  /** Of the loudspeaker in the microphone, below what was played. */
  echoDb?: number;
  /** From when a sound is played to when it is heard; `undefined`: headphones. */
  lagMs?: number | undefined;
  /** Of the microphone, dB relative to full scale. */
  noiseDb?: number;
  /** Of the room, relative to the direct sound; it fades over some 150 ms. */
  reverberation?: number;
}

/** Mono samples from −1 to 1. */
export type Wave = Float64Array;

/** A caller on a loudspeaker, and the `EchoPath` that listens; time is moved by playing and hearing. */
export function echoRoom({ echoDb = -12, lagMs, noiseDb = -60, reverberation = 0.05 }: RoomOptions = {}) {
  const clock = manualClock();
  const path = new EchoPath(PLAYED_RATE, clock);
  const random = noise(7);
  const room = impulse(reverberation, random);
  return {
    path,
    clock,
    /**
     * Plays the agent's voice (24 kHz) and lets the microphone (16 kHz) hear it and the caller (16 kHz, from `atMs` on),
     * in real time, frame by frame.
     *
     * @param stopAtMs - the agent is cut off there.
     * @param movesByMs - the echo is so much later from `movesAtMs` on, silent between; or earlier, and a part is left out.
     * @param lateByMs - what is heard comes in bursts of so long, until `lateUntilMs`.
     */
    run(
      agent: Wave,
      {
        caller,
        atMs = 0,
        stopAtMs,
        untilMs,
        lateByMs = 0,
        lateUntilMs = Number.POSITIVE_INFINITY,
        movesAtMs = Number.POSITIVE_INFINITY,
        movesByMs = 0,
      }: {
        caller?: Wave;
        atMs?: number;
        stopAtMs?: number;
        untilMs?: number;
        lateByMs?: number;
        lateUntilMs?: number;
        movesAtMs?: number;
        movesByMs?: number;
      } = {},
      onFrame: (ms: number) => void = () => {},
    ): void {
      const played = stopAtMs === undefined ? agent : agent.slice(0, (stopAtMs * PLAYED_RATE) / 1000);
      const echo = lagMs === undefined ? undefined : convolved(to16k(played), room);
      const agentMs = (agent.length * 1000) / PLAYED_RATE;
      const gain = 10 ** (echoDb / 20);
      const hiss = 10 ** (noiseDb / 20) * Math.sqrt(3);
      const late: Int16Array[] = [];
      for (let ms = 0; ms < (untilMs ?? agentMs + 1000); ms += FRAME_MS) {
        // Handed over 200 ms ahead of time, as the real output does.
        if (ms % 200 === 0 && ms < (stopAtMs ?? agentMs)) {
          const from = (ms * PLAYED_RATE) / 1000;
          path.plays(pcm(agent.slice(from, from + PLAYED_RATE / 5)), 0);
        }
        if (ms === stopAtMs) path.stops();
        clock.advance(FRAME_MS);
        const frame = new Float64Array((FRAME_MS * HEARD_RATE) / 1000);
        for (let k = 0; k < frame.length; k++) {
          const at = (ms * HEARD_RATE) / 1000 + k;
          const isOld = at < (movesAtMs * HEARD_RATE) / 1000;
          const lag = (((lagMs ?? 0) + (isOld ? 0 : movesByMs)) * HEARD_RATE) / 1000;
          const isGap = !isOld && at - (movesByMs * HEARD_RATE) / 1000 < (movesAtMs * HEARD_RATE) / 1000;
          const echoed = isGap ? 0 : (echo?.[at - lag] ?? 0);
          const spoken = caller?.[at - (atMs * HEARD_RATE) / 1000] ?? 0;
          frame[k] = echoed * gain + spoken + random() * hiss;
        }
        late.push(pcm(frame));
        // A busy event loop gets all of them at once.
        const isLate = lateByMs > 0 && ms < lateUntilMs && (ms + FRAME_MS) % lateByMs !== 0;
        if (!isLate) for (const one of late.splice(0)) path.hears(one);
        onFrame(ms + FRAME_MS);
      }
    },
  };
}

export function pcm(wave: Wave): Int16Array {
  return Int16Array.from(wave, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))));
}

export function louder(wave: Wave, db: number): Wave {
  return wave.map((sample) => sample * 10 ** (db / 20));
}

function to16k(wave: Wave): Wave {
  return Float64Array.from({ length: Math.floor((wave.length * 2) / 3) }, (_, at) => {
    const from = at * 1.5;
    const before = Math.floor(from);
    return (wave[before] ?? 0) * (1 - (from - before)) + (wave[before + 1] ?? 0) * (from - before);
  });
}

/** The direct sound, then 150 ms of fading noise at every 24th sample. */
function impulse(reverberation: number, random: () => number): [number, number][] {
  const taps: [number, number][] = [[0, 1]];
  if (reverberation > 0) {
    for (let at = 4; at < 2400; at += 24) taps.push([at, 5 * reverberation * random() * Math.exp(-at / 600)]);
  }
  return taps;
}

function convolved(wave: Wave, taps: readonly [number, number][]): Wave {
  const sum = new Float64Array(wave.length + 2400);
  for (const [shift, gain] of taps) {
    for (let at = 0; at < wave.length; at++)
      sum[at + shift] = (sum[at + shift] ?? 0) + (wave[at] ?? 0) * gain;
  }
  return sum;
}

/** From −1 to 1, the same in every run. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
