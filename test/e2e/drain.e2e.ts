import { expect, test } from 'vitest';
import { expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

const GREETING = 'Hello, this is the help desk.';
const GOODBYE = 'Thank you for calling, have a nice day.';
const WITHIN_MS = 30_000;

const stack = useStack({
  worker: false,
  env: { MAX_CALLS: '2', IDLE_TIMEOUT_MS: '0', WEB_ENABLED: 'false' },
  prompts: { default: `---\ngreeting: ${GREETING}\ngoodbye: ${GOODBYE}\n---\nYou answer calls.` },
});

/** A worker of its own with one call that was greeted; the signals go to it as Kubernetes sends them. */
async function workerWithCall(agentName: string, drainTimeoutMs: number) {
  const env = { AGENT_NAME: agentName, DRAIN_TIMEOUT_MS: `${drainTimeoutMs}` };
  const worker = stack().startProgram('start', env);
  await worker.logged('worker registered');
  const caller = await stack().callers.call({ agentName });
  await caller.waitForSpeech({ afterMs: 0, timeoutMs: WITHIN_MS });
  await caller.waitForSilence({ afterMs: performance.now(), timeoutMs: WITHIN_MS });
  return { worker, caller, signal: () => process.kill(worker.pid ?? 0, 'SIGTERM') };
}

const until = (worker: WorkerProcess, what: string, holds: () => boolean) =>
  worker.until(what, () => holds() || undefined, WITHIN_MS);

test('a stopped worker takes no call, lets its own go on, and says good-bye at the limit', async () => {
  const { worker, caller, signal } = await workerWithCall('drained', 6000);
  const ops = String((await worker.logged('health listening')).url);
  signal();
  await worker.logged('draining', { matches: ({ calls }) => calls === 1 });
  const stoppedAtMs = performance.now();
  const ready = await fetch(`${ops}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain('draining');
  const late = await stack().callers.join({ agentName: 'drained' });
  const goodbyeAtMs = await caller.waitForSpeech({ afterMs: stoppedAtMs, timeoutMs: WITHIN_MS });
  expect(goodbyeAtMs - stoppedAtMs, 'the call went on until the limit').toBeGreaterThan(5000);
  await caller.until('the end of the call', () => caller.left, WITHIN_MS);
  await expectHeard(stack().standIn, caller.heard.between(stoppedAtMs), [GOODBYE]);
  expect(late.agents).toHaveLength(0);
  await until(worker, 'the end of the process', () => worker.describe().includes('ended with 0'));
});

test('a second signal ends the worker at once', async () => {
  const { worker, signal } = await workerWithCall('hurried', 60_000);
  signal();
  await worker.logged('draining');
  const signalledAtMs = performance.now();
  signal();
  await until(worker, 'the end of the process', () => worker.describe().includes('ended with 130'));
  expect(performance.now() - signalledAtMs).toBeLessThan(5000);
});
