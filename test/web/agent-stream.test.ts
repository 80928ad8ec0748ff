import { expect, test } from 'vitest';
import type { AgentStatus } from '../../src/web/agent-status.ts';
import { agentEvents } from '../../src/web/agent-stream.ts';
import { turnedClock } from '../helpers/web-clock.ts';

const waiting: AgentStatus = { state: 'waiting', attempts: 0, message: 'Waiting.' };

async function follow() {
  const clock = turnedClock();
  const stop = new AbortController();
  const seen: { status: AgentStatus | undefined } = { status: waiting };
  const told: string[] = [];
  const over = (async () => {
    for await (const event of agentEvents(() => seen.status, clock, stop.signal)) told.push(event);
    return 'over';
  })();
  await new Promise((resolve) => setImmediate(resolve));
  return { clock, stop, seen, told, over };
}

test('what has not changed is told once, and silence is broken for proxies', async () => {
  const { clock, stop, told, over } = await follow();
  await clock.pass(10_000);
  expect(told).toEqual([`data: ${JSON.stringify(waiting)}\n\n`]);
  await clock.pass(6000);
  expect(told.slice(1)).toEqual([': no news\n\n']);
  stop.abort();
  expect(await over).toBe('over');
  expect(clock.pending()).toBe(0);
});

test('it ends with the agent, and with the watch', async () => {
  const joined = await follow();
  joined.seen.status = { ...waiting, state: 'joined' };
  await joined.clock.pass(1000);
  expect(await joined.over).toBe('over');
  expect(joined.told.at(-1)).toContain('"joined"');

  const forgotten = await follow();
  forgotten.seen.status = undefined;
  await forgotten.clock.pass(1000);
  expect(await forgotten.over).toBe('over');
});
