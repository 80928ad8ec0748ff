import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import type { AgentStatus } from '../../src/web/agent-status.ts';
import { askForToken, hasState } from './callers.ts';
import { type Stack, useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

const AGENT_WITHIN_MS = 40_000;

// The page runs by itself, as it does beside several workers; the tests start and stop those.
const stack = useStack({ worker: false, env: { MAX_CALLS: '1' } });

interface WaitingCaller {
  guest: Guest;
  /** What the page shows this caller. */
  status(): Promise<AgentStatus>;
}

async function joinByPage({ callers }: Stack, page: string): Promise<WaitingCaller> {
  const { token, room } = await askForToken(page);
  const guest = await callers.joinWith(token);
  const status = async (): Promise<AgentStatus> => {
    const response = await fetch(`${page}/api/calls/${room}/agent`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return (await response.json()) as AgentStatus;
  };
  return { guest, status };
}

/** Asks the page until what it says fits. */
async function untilStatus(
  { status }: WaitingCaller,
  fits: (seen: AgentStatus) => boolean,
): Promise<AgentStatus> {
  const deadlineMs = performance.now() + AGENT_WITHIN_MS;
  for (;;) {
    const seen = await status();
    if (fits(seen)) return seen;
    if (performance.now() > deadlineMs) throw new Error(`the page still says ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const startedCalls = ({ log }: WorkerProcess): number =>
  log.filter(({ msg }) => msg === 'call started').length;

const untilServed = ({ guest }: WaitingCaller) =>
  guest.until('an agent', () => hasState(guest, 'listening'), AGENT_WITHIN_MS);

test('a caller who comes before the worker is served by one agent as soon as there is a worker', async () => {
  const page = String((await stack().startProgram('web').logged('page listening')).url);
  const caller = await joinByPage(stack(), page);
  const waiting = await untilStatus(caller, ({ state }) => state === 'asking-again');
  expect(waiting.message).toContain('agent-under-test');

  const worker = stack().startProgram('start', { WEB_ENABLED: 'false' });
  await untilServed(caller);
  expect((await untilStatus(caller, ({ state }) => state === 'joined')).message).toContain('joined');
  expect(caller.guest.agents).toHaveLength(1);
  await worker.logged('call started');
  expect(startedCalls(worker)).toBe(1);

  const second = await joinByPage(stack(), page);
  const refused = await untilStatus(second, ({ attempts }) => attempts > 0);
  expect(refused.message).toMatch(/asked for|All lines are busy, or no agent is running/);
  expect(second.guest.agents).toHaveLength(0);

  await caller.guest.leave();
  await untilServed(second);
  expect(second.guest.agents).toHaveLength(1);
  await worker.until('the second call to start', () => startedCalls(worker) > 1, AGENT_WITHIN_MS);
  expect(startedCalls(worker)).toBe(2);
});

test('a worker whose host processes are still starting keeps its first call', async () => {
  const worker = stack().startProgram('start', { AGENT_NAME: 'cold' });
  await worker.logged('worker registered');
  const caller = await joinByPage(stack(), String((await worker.logged('page listening')).url));
  await untilServed(caller);
  await untilStatus(caller, ({ state }) => state === 'joined');
  await caller.guest.until('more of the call', () => lengthOfCall(caller.guest) > 6000, AGENT_WITHIN_MS);
  expect(caller.guest.agents).toHaveLength(1);
  expect(caller.guest.states.filter(({ state }) => state === 'initializing').length).toBeLessThan(2);
  await worker.stop();
});

/** By the sound that came, which silence is part of. */
const lengthOfCall = (guest: Guest): number => {
  const firstMs = guest.states[0]?.atMs ?? Number.POSITIVE_INFINITY;
  return (guest.heard.endMs ?? 0) - firstMs;
};
