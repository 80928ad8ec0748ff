import { expect, test } from 'vitest';
import { Loudness } from '../../../src/stages/turn/loudness.ts';

/** 32 ms at 16 kHz of a level in dB relative to full scale. */
function window(db: number): Int16Array {
  const amplitude = Math.SQRT2 * 32_768 * 10 ** (db / 20);
  return Int16Array.from({ length: 512 }, (_, i) => Math.round(amplitude * Math.sin(i / 3)));
}

function hearing(...levels: readonly number[]): boolean[] {
  const loudness = new Loudness();
  return levels.map((db) => loudness.addAudio(window(db)));
}

test('speech stands out of the background, whatever its level', () => {
  for (const noiseDb of [-70, -50, -38]) {
    const heard = hearing(noiseDb, noiseDb, -20, -24, -20, noiseDb + 2, noiseDb);
    expect(heard, `${noiseDb} dB`).toEqual([false, false, true, true, true, false, false]);
  }
});

test('what fades far below the loudest part is over, in silence too', () => {
  expect(hearing(-80, -15, -40, -47)).toEqual([false, true, true, false]);
});

test('a caller who moves away from the microphone is heard again', () => {
  const levels = [-80, -10, ...Array<number>(100).fill(-45)];
  const heard = hearing(...levels);
  expect(heard[2]).toBe(false);
  expect(heard.at(-1)).toBe(false);
  expect(hearing(...levels, -35).at(-1)).toBe(true);
});

test('noise that begins is background after two seconds', () => {
  const noise = (ms: number) => Array<number>(Math.ceil(ms / 32)).fill(-38);
  expect(hearing(-80, ...noise(500)).at(-1)).toBe(true);
  expect(hearing(-80, ...noise(2000), -20, -38)).toEqual([
    false,
    ...noise(2000).map(() => expect.any(Boolean)),
    true,
    false,
  ]);
});
