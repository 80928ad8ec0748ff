import { Counter, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import type { CallFact } from './facts.ts';

export type Prices = NonNullable<Config['metrics']['prices']>;

/** What is paid for: labels of the metric. */
type Paid = 'input' | 'cached' | 'output' | 'caller-speech' | 'agent-speech' | 'call';

const MILLION = 1e6;
const MINUTE_MS = 60_000;

export function countsOfCosts(registers: Registry<OpenMetricsContentType>[]) {
  return {
    costs: new Counter({
      name: 'voice_agent_cost_total',
      help: 'What calls have cost by PRICES, in its currency: tokens (input, cached, output), minutes of caller-speech, agent-speech and call; nothing without prices',
      labelNames: ['prompt', 'what', 'currency'],
      registers,
    }),
  };
}

export function countCost(
  costs: ReturnType<typeof countsOfCosts>['costs'],
  fact: CallFact,
  prices: Prices,
): void {
  if (!('prompt' in fact)) return;
  const { prompt } = fact;
  for (const [what, amount] of Object.entries(costsOf(fact, prices)))
    if (amount > 0) costs.inc({ prompt, what, currency: prices.currency }, amount);
}

/** A cached token is one of the input; without a price of its own it has the same. */
function costsOf(fact: CallFact, prices: Prices): Partial<Record<Paid, number>> {
  const { inputMTok = 0, cachedMTok = inputMTok, outputMTok = 0, callerMinute = 0, agentMinute = 0 } = prices;
  switch (fact.fact) {
    case 'tokens-used':
      return {
        input: ((fact.input - fact.cached) * inputMTok) / MILLION,
        cached: (fact.cached * cachedMTok) / MILLION,
        output: (fact.output * outputMTok) / MILLION,
      };
    case 'spoken': {
      const minutes = fact.ms / MINUTE_MS;
      return fact.who === 'caller'
        ? { 'caller-speech': minutes * callerMinute }
        : { 'agent-speech': minutes * agentMinute };
    }
    case 'call-ended':
      return { call: (fact.durationMs / MINUTE_MS) * (prices.callMinute ?? 0) };
    default:
      return {};
  }
}
