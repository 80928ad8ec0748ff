import { expect, test } from 'vitest';
import { spokenMs } from '../../src/standin/hearing.ts';
import { beep } from './sounds.ts';

test('what is spoken counts from the first to the last sound, without the silence around it', () => {
  expect(spokenMs({ samples: beep({ toneMs: 1000, silenceMs: 500 }), sampleRate: 16_000 })).toBe(1000);
});

test('pauses between two sounds count', () => {
  const part = beep({ toneMs: 200, silenceMs: 300 });
  const samples = Int16Array.from([...part, ...part]);
  expect(spokenMs({ samples, sampleRate: 16_000 })).toBe(1000);
});

test.each([
  ['nothing', { toneMs: 0, silenceMs: 500 }],
  ['hiss too quiet for speech', { toneMs: 1000, amplitude: 150 }],
  ['a click', { toneMs: 40, silenceMs: 500 }],
])('%s is silence', (_, sound) => {
  expect(spokenMs({ samples: beep(sound), sampleRate: 16_000 })).toBe(0);
});
