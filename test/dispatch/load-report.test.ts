import { EventEmitter } from 'node:events';
import type { AgentServer } from '@livekit/agents';
import { type WorkerMessage, WorkerStatus } from '@livekit/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportLoadAtOnce } from '../../src/dispatch/load-report.ts';
import { createSlots } from '../../src/dispatch/slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(running: string[]) {
  const event = new EventEmitter();
  const told: { status: WorkerStatus | undefined; load: number }[] = [];
  event.on('worker_msg', ({ message }: WorkerMessage) => {
    if (message.case === 'updateWorker')
      told.push({ status: message.value.status, load: message.value.load });
  });
  const server = { event } as unknown as AgentServer;
  return {
    told,
    stop: reportLoadAtOnce(
      server,
      createSlots(2, () => running),
      0.7,
    ),
  };
}

test('the last slot taken, and the first one free again, are told within a quarter of a second', () => {
  const running = ['a'];
  const { told } = start(running);
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([]);
  running.push('b');
  vi.advanceTimersByTime(250);
  expect(told).toEqual([{ status: WorkerStatus.WS_FULL, load: 1 }]);
  running.pop();
  vi.advanceTimersByTime(250);
  expect(told[1]).toMatchObject({ status: WorkerStatus.WS_AVAILABLE });
  expect(told[1]?.load).toBeLessThan(0.7);
});

test('nothing is told after it was stopped', () => {
  const running: string[] = [];
  const { told, stop } = start(running);
  stop();
  running.push('a', 'b');
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([]);
});
