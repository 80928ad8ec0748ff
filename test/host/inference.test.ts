import { readFileSync } from 'node:fs';
import { inference, initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, expect, test } from 'vitest';
import { loadTurnModel } from '../../src/host/inference.ts';
import { decodeWav } from '../../src/probe/wav.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const { samples, sampleRate } = decodeWav(
  readFileSync(new URL('../fixtures/speech-16k.wav', import.meta.url)),
);

test('the turn model hears what it is asked about: silence, the middle of a word and the end differ', async () => {
  expect(sampleRate).toBe(16_000);
  const executor = await loadTurnModel();
  const ask = async (audio: Int16Array) => {
    const detector = new inference.TurnDetector({ version: 'v1-mini', executor });
    const stream = detector.stream();
    stream.pushAudio(new AudioFrame(audio, 16_000, 1, audio.length));
    await new Promise(setImmediate);
    const { endOfTurnProbability, inferenceDuration } = await stream.predict().await;
    await detector.aclose();
    expect(inferenceDuration, 'the model ran').toBeGreaterThan(0);
    return endOfTurnProbability;
  };
  const windows = [0.5, 0.8, 1.1, 1.4, 1.6].map((s) => samples.slice(0, s * 16_000));
  const probabilities = await Promise.all([...windows, new Int16Array(19_200)].map(ask));
  expect(probabilities.every((p) => p > 0 && p < 1)).toBe(true);
  expect(new Set(probabilities.map((p) => p.toFixed(3))).size).toBe(6);
  expect(Math.max(...probabilities) - Math.min(...probabilities)).toBeGreaterThan(0.1);
});
