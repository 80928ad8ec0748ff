import { initializeLogger, type VAD, type VADEvent, VADEventType, type VADStream } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { joined, readWav, type Sound, silence } from '../../src/probe/wav.ts';
import { loadVad } from '../../src/stages/vad.ts';
import { FRAME_SAMPLES, framesOf, probabilitiesOf } from '../patience/hearing.ts';

const sampleRate = 16_000;
const leadMs = 1500;
const providers = ['bundled', 'silero'] as const;
let speech: Sound;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'error' });
  speech = await readWav('test/fixtures/speech-16k.wav');
});

/** Feeds `sound` in frames of 10 ms and reads events until speech has ended. */
async function untilSpeechEnds(vad: VAD, sound: Sound): Promise<VADEvent[]> {
  const stream = vad.stream();
  const frameSamples = sound.sampleRate / 100;
  for (let at = 0; at + frameSamples <= sound.samples.length; at += frameSamples)
    stream.pushFrame(
      new AudioFrame(sound.samples.slice(at, at + frameSamples), sound.sampleRate, 1, frameSamples),
    );
  const events: VADEvent[] = [];
  for await (const event of stream) {
    if (event.type !== VADEventType.INFERENCE_DONE) events.push(event);
    if (event.type === VADEventType.END_OF_SPEECH) break;
  }
  stream.close();
  return events;
}

const positionMs = (event: VADEvent | undefined) => ((event?.samplesIndex ?? Number.NaN) * 1000) / sampleRate;

const quiet = (durationMs: number) => silence(durationMs, sampleRate);

/** White noise, the same at every run. */
function noise(durationMs: number, amplitude: number): Sound {
  let state = 1;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  };
  return { samples: quiet(durationMs).samples.map(() => next() * amplitude), sampleRate };
}

describe.each(providers)('%s', { timeout: 20_000 }, (provider) => {
  test('reports where speech starts and ends', async () => {
    const vad = await loadVad({ vad: provider });
    const events = await untilSpeechEnds(vad, joined(quiet(leadMs), speech, quiet(1000)));

    expect(events.map(({ type }) => type)).toEqual([
      VADEventType.START_OF_SPEECH,
      VADEventType.END_OF_SPEECH,
    ]);
    const endOfSpeechMs = leadMs + (speech.samples.length * 1000) / sampleRate;
    expect(positionMs(events[0])).toBeGreaterThan(leadMs);
    expect(positionMs(events[0])).toBeLessThan(leadMs + 200);
    expect(positionMs(events[1])).toBeGreaterThan(endOfSpeechMs + 100);
    expect(positionMs(events[1])).toBeLessThan(endOfSpeechMs + 500);
  });

  test('hands out the utterance as it was said, with the half second before it', async () => {
    const vad = await loadVad({ vad: provider });
    const sound = joined(noise(leadMs, 50), speech, noise(1000, 50));
    const end = (await untilSpeechEnds(vad, sound)).at(-1);

    const utterance = end?.frames[0]?.data ?? new Int16Array(0);
    expect(utterance.length).toBeGreaterThan(speech.samples.length + 0.4 * sampleRate);
    const until = end?.samplesIndex ?? 0;
    expect(utterance).toEqual(sound.samples.slice(until - utterance.length, until));
  });

  test('is not started by noise', async () => {
    const vad = await loadVad({ vad: provider });
    const events = await untilSpeechEnds(vad, joined(noise(3000, 1500), quiet(leadMs), speech, quiet(1000)));

    expect(positionMs(events[0])).toBeGreaterThan(3000 + leadMs);
  });

  test('listens at other rates than its own', async () => {
    const vad = await loadVad({ vad: provider });
    const events = await untilSpeechEnds(vad, joined(silence(leadMs, 24_000), speech, silence(1000, 24_000)));

    expect(positionMs(events[0])).toBeGreaterThan(leadMs);
    expect(positionMs(events[0])).toBeLessThan(leadMs + 200);
    expect(events[1]?.frames[0]?.sampleRate).toBe(24_000);
  });
});

test('a detector that cannot be loaded is an error that says what to set instead', async () => {
  const missing = new Error("Cannot find package 'onnxruntime-node'");
  const failure = loadVad({ vad: 'silero' }, { silero: () => Promise.reject(missing) });

  await expect(failure).rejects.toThrow(AppError);
  await expect(failure).rejects.toMatchObject({
    message: "VAD_PROVIDER=silero cannot be loaded: Cannot find package 'onnxruntime-node'",
    hint: expect.stringContaining('VAD_PROVIDER=bundled'),
    cause: missing,
  });
});

/** A detector whose stream answers the first window with `next`. */
function fakeVad(next: () => Promise<IteratorResult<{ probability: number }>>): VAD {
  const stream: Partial<VADStream> = {
    pushFrame: () => {},
    close: () => {},
    next: next as VADStream['next'],
  };
  return { stream: () => stream } as VAD;
}

test('a detector without its native library is refused instead of being deaf', async () => {
  const deaf = fakeVad(async () => ({ value: { probability: 0 }, done: false }));

  await expect(loadVad({ vad: 'bundled' }, { bundled: async () => deaf })).rejects.toMatchObject({
    message: 'VAD_PROVIDER=bundled cannot be loaded: its native library is missing',
    hint: expect.stringContaining('--omit=optional'),
  });
});

test('a detector that never answers is given up', async () => {
  vi.useFakeTimers();
  try {
    const loading = loadVad(
      { vad: 'bundled' },
      { bundled: async () => fakeVad(() => new Promise(() => {})) },
    );
    const outcome = expect(loading).rejects.toThrow('no answer within 5000 ms');
    await vi.advanceTimersByTimeAsync(5000);
    await outcome;
  } finally {
    vi.useRealTimers();
  }
});

test('the bundled model, asked without the framework’s stream, judges each window as with it', {
  timeout: 20_000,
}, async () => {
  const vad = await loadVad({ vad: 'bundled' });
  const sound = joined(quiet(leadMs), speech, quiet(1000));
  const frames = framesOf(sound.samples);
  const judged = await probabilitiesOf(frames, vad);
  const direct: number[] = [];
  const windows = vad.windows?.({
    onWindow: (probability) => direct.push(probability),
    onFailed: (error) => expect.fail(String(error)),
  });
  for (const [index, data] of frames.entries()) {
    windows?.pushFrame(new AudioFrame(data, sampleRate, 1, data.length));
    // Of what waits for long on a busy machine it skips some.
    while (direct.length < Math.floor(((index + 1) * FRAME_SAMPLES) / 512))
      await new Promise((resolve) => setImmediate(resolve));
  }
  const whole = judged.length;
  await vi.waitFor(() => expect(direct.length).toBeGreaterThanOrEqual(whole));
  expect(direct.slice(0, whole)).toEqual(judged);
});
