import { expect, test } from 'vitest';
import { TokenGauge } from '../../src/openai/token-gauge.ts';

test('before a server has counted, tokens are thought short', () => {
  expect(new TokenGauge().tokens({ chars: 3000, messages: 10 })).toBe(1040);
});

test('what a server counts is what the same text has the next time', () => {
  const gauge = new TokenGauge();
  gauge.counted({ chars: 4000, messages: 10 }, 1040);
  expect(gauge.tokens({ chars: 4000, messages: 10 })).toBe(1040);
  expect(gauge.chars(100)).toBe(400);
});

test('one odd count is no more than half of the truth', () => {
  const gauge = new TokenGauge();
  gauge.counted({ chars: 4000, messages: 0 }, 1000);
  gauge.counted({ chars: 4000, messages: 0 }, 2000);
  expect(gauge.chars(1)).toBe(3);
});

test('a short request, which is mostly template, and a count of nothing say nothing', () => {
  const gauge = new TokenGauge();
  gauge.counted({ chars: 20, messages: 1 }, 60);
  gauge.counted({ chars: 4000, messages: 1 }, 0);
  expect(gauge.chars(1)).toBe(3);
});

test('a request that was too long was longer than thought', () => {
  const gauge = new TokenGauge();
  gauge.exceeded({ chars: 9000, messages: 0 }, 4000);
  expect(gauge.tokens({ chars: 9000, messages: 0 })).toBeGreaterThan(4000);
  const before = gauge.tokens({ chars: 90_000, messages: 0 });
  gauge.exceeded({ chars: 90_000, messages: 0 }, 4000);
  expect(gauge.tokens({ chars: 90_000, messages: 0 })).toBe(before);
});
