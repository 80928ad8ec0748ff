import { expect, test } from 'vitest';
import { judgeSizes, type Measured, measureSizes, SIZES } from '../../src/doctor/sizes.ts';

const WAY = { name: 'turn:10.0.0.4:3478', silent: 'answers nothing', mtuFix: 'mtu 1280', lossFix: 'mtr -u' };
const measured = (answered: (bytes: number) => number): Measured[] =>
  SIZES.map((bytes) => ({ bytes, sent: 10, tookMs: Array.from({ length: answered(bytes) }, () => 7) }));

test('all sizes arrive', () => {
  expect(
    judgeSizes(
      measured(() => 10),
      WAY,
    ),
  ).toEqual({
    evidence: expect.stringContaining('100 bytes 10 of 10, 7 ms; 500 bytes'),
  });
});

test('large packets that all get lost are the MTU, and break media only up to its size', () => {
  const upTo = (most: number) =>
    judgeSizes(
      measured((bytes) => (bytes > most ? 0 : 10)),
      WAY,
    );
  expect(upTo(1000)).toMatchObject({
    verdict: 'fail',
    cause: expect.stringContaining('1200 bytes and more'),
  });
  expect(upTo(1200)).toMatchObject({ verdict: 'warn', fix: expect.stringContaining('mtu') });
});

test('loss at every size is the way, and no answer at all says nothing', () => {
  expect(
    judgeSizes(
      measured(() => 9),
      WAY,
    ),
  ).toMatchObject({ verdict: 'warn', cause: expect.stringContaining('10 %') });
  expect(
    judgeSizes(
      measured(() => 0),
      WAY,
    ),
  ).toMatchObject({ verdict: 'skip' });
});

test('answers are counted by the size of what they answer', async () => {
  const ask = async (bytes: number) => (bytes > 1000 ? undefined : bytes / 100);
  const found = await measureSizes(ask, new AbortController().signal);
  expect(found.map(({ bytes, sent, tookMs }) => [bytes, sent, tookMs.length])).toEqual(
    SIZES.map((bytes) => [bytes, 12, bytes > 1000 ? 0 : 12]),
  );
  expect(found[1]?.tookMs[0]).toBe(5);
});
