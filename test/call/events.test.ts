import { expect, test } from 'vitest';
import { CallEvents } from '../../src/call/events.ts';
import type { CallEvent } from '../../src/observe/call-events.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';

function stream() {
  const lines: LogLine[] = [];
  let now = 1000;
  const events = new CallEvents({ callId: 'AJ_1', log: logInto(lines), wallNow: () => now });
  const seen: CallEvent[] = [];
  const advance = (ms: number) => {
    now += ms;
  };
  return { events, lines, seen, advance };
}

const STARTED = {
  type: 'started',
  prompt: 'default',
  promptHash: 'abc',
  via: 'web',
  piiCaller: 'Aisyah',
} as const;

test('each event says whose it is and when it was; the last one, how long the call was', () => {
  const { events, seen, advance } = stream();
  events.subscribe((event) => seen.push(event));
  events.emit(STARTED);
  advance(2500);
  events.end({ reason: 'hang-up', ok: true });
  expect(seen).toEqual([
    { ...STARTED, callId: 'AJ_1', atMs: 1000 },
    { type: 'ended', reason: 'hang-up', ok: true, durationMs: 2500, callId: 'AJ_1', atMs: 3500 },
  ]);
});

test('a call that has not started ends too', () => {
  const { events, seen } = stream();
  events.subscribe((event) => seen.push(event));
  events.end({ reason: 'nobody came', ok: true });
  expect(seen).toMatchObject([{ type: 'ended', reason: 'nobody came', durationMs: undefined }]);
});

test('nothing follows the end', () => {
  const { events, seen } = stream();
  events.subscribe((event) => seen.push(event));
  events.end({ reason: 'hang-up', ok: true });
  events.emit({ type: 'agent-heard' });
  events.end({ reason: 'again', ok: false });
  expect(seen).toHaveLength(1);
});

test('everybody is told of an event before anybody is told of what it causes', () => {
  const { events } = stream();
  const told: string[] = [];
  events.subscribe(({ type }) => {
    told.push(`first: ${type}`);
    if (type === 'agent-heard') events.emit({ type: 'line-opened' });
  });
  events.subscribe(({ type }) => told.push(`second: ${type}`));
  events.emit({ type: 'agent-heard' });
  expect(told).toEqual([
    'first: agent-heard',
    'second: agent-heard',
    'first: line-opened',
    'second: line-opened',
  ]);
});

test('a subscriber that throws keeps nobody else from being told', () => {
  const { events, lines, seen } = stream();
  events.subscribe(() => {
    throw new Error('webhook is broken');
  });
  events.subscribe((event) => seen.push(event));
  events.emit({ type: 'agent-heard' });
  events.emit({ type: 'line-opened' });
  expect(seen.map(({ type }) => type)).toEqual(['agent-heard', 'line-opened']);
  expect(lines[0]).toMatchObject({
    level: 'error',
    fields: { event: 'agent-heard', error: 'webhook is broken' },
  });
});
