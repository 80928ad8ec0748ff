import { expect, test } from 'vitest';
import { LONGEST_PATIENCE_MS, Pace } from '../../src/openai/pace.ts';

const deadlines = {
  connectTimeoutMs: 3000,
  firstByteTimeoutMs: 10_000,
  stallTimeoutMs: 4000,
  attempts: 3,
};

/** A pace that has seen these answers, each to 1000 bytes. */
function after(...tookMs: number[]): Pace {
  const pace = new Pace();
  for (const ms of tookMs) pace.answered('stt', 1000, ms);
  return pace;
}

const patience = (pace: Pace, bytes = 1000, rest: Partial<typeof deadlines> = {}) =>
  pace.patience('stt', bytes, { ...deadlines, ...rest });

test('with nothing known one try has the time of all, and another one comes after it', () => {
  expect(patience(new Pace())).toEqual({ askAgainMs: 30_000, giveUpMs: 45_000 });
});

test('with a quick endpoint the deadlines count, and with a single try', () => {
  const asSet = { askAgainMs: 10_000, giveUpMs: 30_000 };
  expect(patience(after(300, 400))).toEqual(asSet);
  expect(patience(new Pace(), 1000, { attempts: 1 })).toEqual({ askAgainMs: undefined, giveUpMs: 10_000 });
});

test('a slow endpoint is asked again later, and not at all when no time would be left for the answer', () => {
  expect(patience(after(7000))).toEqual({ askAgainMs: 14_000, giveUpMs: 30_000 });
  expect(patience(after(25_000))).toEqual({ askAgainMs: undefined, giveUpMs: LONGEST_PATIENCE_MS });
  expect(patience(after(25_000), 1000, { attempts: 1 }).giveUpMs).toBe(LONGEST_PATIENCE_MS);
});

test('more input may take longer in proportion, less as long as ever', () => {
  expect(patience(after(6000), 2000).askAgainMs).toBe(24_000);
  expect(patience(after(6000), 10).askAgainMs).toBe(12_000);
});

test('one exception among many answers does not count, and old ones are forgotten', () => {
  expect(patience(after(500, 500, 20_000, 500, 500)).askAgainMs).toBe(10_000);
  expect(patience(after(9000, 9000, ...Array(8).fill(500))).askAgainMs).toBe(10_000);
});

test('an endpoint that was given up is given more time until it has answered, and never more than the longest', () => {
  const pace = new Pace();
  const tts = { firstByteTimeoutMs: 5000 };
  pace.unanswered('stt', 15_000);
  expect(patience(pace, 1000, tts)).toEqual({ askAgainMs: 5000, giveUpMs: 30_000 });
  pace.unanswered('stt', 30_000);
  expect(patience(pace, 1000, tts).giveUpMs).toBe(LONGEST_PATIENCE_MS);
  pace.answered('stt', 1000, 500);
  expect(patience(pace, 1000, tts).giveUpMs).toBe(15_000);
});

test('deadlines that add up to more are kept to', () => {
  expect(patience(after(500), 1000, { firstByteTimeoutMs: 60_000 }).giveUpMs).toBe(180_000);
});

test('each endpoint has its own', () => {
  const pace = after(25_000);
  expect(pace.patience('tts', 1000, deadlines).askAgainMs).toBe(30_000);
});
