import { expect, test } from 'vitest';
import { countEvents } from '../../src/call/count-events.ts';
import { CallEvents } from '../../src/call/events.ts';
import { logEvents } from '../../src/call/log-events.ts';
import { createRefusals } from '../../src/call/refusals.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

test('a flood of refusals is a line a second, with how many; none is lost from the metric', async () => {
  const clock = manualClock();
  const lines: LogLine[] = [];
  const metrics = createMetrics();
  const events = new CallEvents({ callId: 'AJ_1', log: logInto(lines) });
  events.subscribe(logEvents(logInto(lines)));
  events.subscribe(countEvents(metrics.report));
  const refuse = createRefusals((refused) => events.emit(refused), clock);
  for (let n = 0; n < 1000; n += 1) refuse('chat', 'rate');
  expect(lines).toEqual([
    { level: 'warn', message: 'input refused', fields: { input: 'chat', reason: 'rate', count: 1 } },
  ]);
  clock.advance(1000);
  expect(lines).toHaveLength(2);
  clock.advance(5000);
  refuse('command', 'sender');
  expect(lines).toHaveLength(3);

  const text = await metrics.text();
  expect(text).toContain('voice_agent_inputs_refused_total{input="chat",reason="rate"} 1000');
  expect(text).toContain('voice_agent_inputs_refused_total{input="command",reason="sender"} 1');
});
