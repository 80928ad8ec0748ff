import { expect, test } from 'vitest';
import { createRefusals } from '../../src/call/refusals.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import type { Log } from '../../src/observe/log.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { manualClock } from '../helpers/manual-clock.ts';

test('a flood of refusals is a line a second, with how many; none is lost from the metric', async () => {
  const clock = manualClock();
  const lines: object[] = [];
  const facts: CallFact[] = [];
  const log = { warn: (fields: object) => lines.push(fields) } as unknown as Log;
  const refuse = createRefusals(log, (fact) => facts.push(fact), clock);
  for (let n = 0; n < 1000; n += 1) refuse('chat', 'rate');
  expect(lines).toEqual([{ input: 'chat', reason: 'rate', count: 1 }]);
  clock.advance(1000);
  expect(lines).toHaveLength(2);
  clock.advance(5000);
  refuse('command', 'sender');
  expect(lines).toHaveLength(3);

  const metrics = createMetrics();
  for (const fact of facts) metrics.report(fact);
  const text = await metrics.text();
  expect(text).toContain('voice_agent_inputs_refused_total{input="chat",reason="rate"} 1000');
  expect(text).toContain('voice_agent_inputs_refused_total{input="command",reason="sender"} 1');
});
