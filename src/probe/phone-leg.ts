import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { resample } from '../openai/resample.ts';
import { WholeFrames } from '../openai/whole-frames.ts';
import { openCaller } from '../sip/client/caller.ts';
import type { Guest } from './guest.ts';
import { voicedExtent } from './measure.ts';
import { createRecording, HEARD_FRAME_MS, quietSince, type Recording } from './recording.ts';
import { createWatch } from './watch.ts';
import { durationMs } from './wav.ts';

const RATE = 8000;
const QUIET_MS = 1000;
const HANG_UP_WITHIN_MS = 2000;

/** A caller as far as it speaks and hears; how it came to the agent does not matter. */
export type Speaker = Pick<
  Guest,
  'heard' | 'events' | 'joinedAtMs' | 'speak' | 'waitForSpeech' | 'waitForSilence' | 'leave'
>;

export interface PhoneLegOptions {
  /** Of the SIP service. */
  host: string;
  port: number;
  /** Number that is called, and number that calls. */
  to: string;
  from: string;
  /** Nobody picks up by then: it is given up. */
  withinMs: number;
}

/** A caller on a telephone: G.711, 8 kHz. `joinedAtMs` is when it was picked up; what comes is heard without a jitter buffer. */
export interface PhoneLeg extends Speaker {
  /** From the INVITE to the 200. */
  readonly rangMs: number;
  readonly codec: string;
}

/**
 * Calls a number at a SIP service, over UDP, from this machine.
 *
 * @throws AppError when it is not picked up: the status and its phrase.
 */
export async function callByPhone({ to, withinMs, ...options }: PhoneLegOptions): Promise<PhoneLeg> {
  const heard = createRecording(RATE);
  const record = recordInto(heard);
  const watch = createWatch(() => `phone: ${heard.endMs === undefined ? 'nothing' : 'sound'} came`);
  const ringing = new AbortController();
  const caller = await openCaller({
    ...options,
    signal: ringing.signal,
    onSound(samples) {
      record(samples, performance.now());
      watch.changed();
    },
  });
  const calledAtMs = performance.now();
  const late = setTimeout(() => ringing.abort(), withinMs);
  const call = await caller
    .call(to)
    .catch((error: unknown) => {
      caller.close();
      if (!ringing.signal.aborted) throw error;
      throw new AppError(`${to} was not picked up within ${withinMs} ms`, { cause: error });
    })
    .finally(() => clearTimeout(late));
  const joinedAtMs = performance.now();
  const leave = async () => {
    await Promise.race([call.hangUp(), sleep(HANG_UP_WITHIN_MS)]).catch(() => {});
    caller.close();
  };
  if (!call.audio) {
    await leave();
    throw new AppError(`${to} was not picked up: ${call.status} ${call.reason}`);
  }
  return {
    ...{
      heard,
      joinedAtMs,
      rangMs: joinedAtMs - calledAtMs,
      codec: call.audio.codecs[0] ?? '',
      events: [],
      leave,
    },
    async speak(sound) {
      const sent = await call.rtp.say(resample(sound.samples, sound.sampleRate, RATE));
      const voicedEndMs = voicedExtent(sound)?.endMs ?? durationMs(sound);
      return { ...sent, lastVoicedAtMs: sent.startedAtMs + voicedEndMs };
    },
    waitForSpeech: ({ afterMs, timeoutMs }) =>
      watch.until('the agent to speak', () => heard.speechAfter(afterMs), timeoutMs),
    waitForSilence: ({ afterMs, timeoutMs, quietMs = QUIET_MS }) =>
      watch.until('the agent to fall silent', () => quietSince(heard, afterMs, quietMs), timeoutMs),
  };
}

/** Records mono sound at the recording's rate that comes in pieces of any length; `atMs`: when a piece came. */
export function recordInto(heard: Recording): (samples: Int16Array, atMs: number) => void {
  let frames: Int16Array[] = [];
  const whole = new WholeFrames((heard.sampleRate * HEARD_FRAME_MS) / 1000, (frame) => frames.push(frame));
  return (samples, atMs) => {
    whole.push(samples);
    for (const [at, frame] of frames.entries())
      heard.add(frame, atMs - (frames.length - 1 - at) * HEARD_FRAME_MS);
    frames = [];
  };
}
