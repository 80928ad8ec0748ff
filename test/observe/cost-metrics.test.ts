import { expect, test } from 'vitest';
import type { CallFact } from '../../src/observe/facts.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { configFrom } from '../helpers/config.ts';

const FACTS: CallFact[] = [
  { fact: 'tokens-used', prompt: 'shop', input: 3_000_000, cached: 1_000_000, output: 500_000 },
  { fact: 'spoken', prompt: 'shop', who: 'caller', ms: 30_000 },
  { fact: 'spoken', prompt: 'shop', who: 'agent', ms: 90_000 },
  { fact: 'call-ended', prompt: 'shop', reason: 'left', durationMs: 120_000 },
];

/** What is told of a call under these prices. */
async function costs(prices?: object): Promise<string[]> {
  const { metrics: settings } = configFrom(prices ? { PRICES: JSON.stringify(prices) } : {});
  const metrics = createMetrics(undefined, settings.prices);
  for (const fact of FACTS) metrics.report(fact);
  return (await metrics.text()).split('\n').filter((line) => line.startsWith('voice_agent_cost_total'));
}

const line = (what: string, amount: number) =>
  `voice_agent_cost_total{prompt="shop",what="${what}",currency="MYR"} ${amount}`;

test('what was used has its price, in the currency of the settings; a cached token that of others, unless it has its own', async () => {
  const prices = {
    currency: 'MYR',
    inputMTok: 2,
    outputMTok: 8,
    callerMinute: 0.5,
    agentMinute: 1,
    callMinute: 3,
  };
  const others = [line('output', 4), line('caller-speech', 0.25), line('agent-speech', 1.5), line('call', 6)];
  expect(await costs(prices)).toEqual([line('input', 4), line('cached', 2), ...others]);
  expect(await costs({ ...prices, cachedMTok: 0.5 })).toEqual([
    line('input', 4),
    line('cached', 0.5),
    ...others,
  ]);
});

test('what has no price costs nothing; without prices there is no money at all', async () => {
  expect(await costs({ currency: 'MYR', callMinute: 0.5 })).toEqual([line('call', 1)]);
  expect(await costs()).toEqual([]);
});

test.each([
  [{ inputMTok: 1 }, 'currency'],
  [{ currency: 'ringgit' }, 'three capital letters'],
  [{ currency: 'MYR', inputMTok: -1 }, 'a number from 0'],
  [{ currency: 'MYR', perCall: 1 }, 'perCall'],
])('prices %j are refused, saying %s', (prices, said) => {
  expect(() => configFrom({ PRICES: JSON.stringify(prices) })).toThrow(said);
});
