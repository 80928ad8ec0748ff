import { expect, test } from 'vitest';
import { createCallHooks } from '../../src/call/call-hooks.ts';
import { CallEvents } from '../../src/call/events.ts';
import { logEvents } from '../../src/call/log-events.ts';
import { EndpointError } from '../../src/errors.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';

function logged() {
  const lines: LogLine[] = [];
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]) });
  events.subscribe(logEvents(logInto(lines)));
  return { lines, events };
}

const STARTED = {
  type: 'started',
  prompt: 'default',
  promptHash: 'abc',
  via: 'sip',
  piiCaller: 'Aisyah',
} as const;

test('from its start on, each line of a call says prompt and caller', () => {
  const { lines, events } = logged();
  events.emit(STARTED);
  events.emit({ type: 'ending', reason: 'idle' });
  const caller = { prompt: 'default', promptHash: 'abc', pii_caller: 'Aisyah' };
  expect(lines).toEqual([
    { level: 'info', message: 'call started', fields: { ...caller, via: 'sip' } },
    { level: 'info', message: 'hanging up', fields: { ...caller, reason: 'idle' } },
  ]);
});

test('a call that never started says so at its end', () => {
  const { lines, events } = logged();
  events.end({ reason: 'nobody came', ok: true });
  expect(lines).toEqual([{ level: 'info', message: 'call not started', fields: { reason: 'nobody came' } }]);
});

test('what was said, and what a server said, stands only under keys that are hidden', () => {
  const { lines, events } = logged();
  const secret = 'my number is 5';
  events.emit({ ...STARTED, piiCaller: secret });
  events.emit({ type: 'caller-changed', piiCaller: secret });
  events.emit({ type: 'transcript', isFinal: true, piiText: secret });
  events.emit({ type: 'cover-begins', by: 'words', isApology: true, piiText: secret });
  events.emit({ type: 'notice', piiTo: secret, message: 'not read' });
  events.emit({
    ...{ type: 'said', role: 'user', piiText: secret, interrupted: false, createdAtMs: 0, measured: {} },
  });
  createCallHooks((happening) => events.emit(happening)).onError(
    new EndpointError(`answered 400: ${secret}`, {
      ...{ endpoint: 'llm', url: 'http://gpu/v1', failure: 'status', status: 400, reason: 'bad request' },
    }),
  );
  expect(lines.map(({ message }) => message)).toContain('endpoint failed');
  for (const { fields } of lines) {
    const open = Object.entries(fields).filter(([key]) => !key.startsWith('pii'));
    expect(JSON.stringify(open)).not.toContain(secret);
  }
});

test('the last line of a call says its longest dead air, and how many turns had too much', () => {
  const { lines, events } = logged();
  events.emit(STARTED);
  for (const longestMs of [900, 4200, 3100]) events.emit({ type: 'dead-air', longestMs });
  events.end({ reason: 'idle', ok: true });
  expect(lines.filter(({ message }) => message === 'dead air').map(({ level }) => level)).toEqual([
    ...['debug', 'warn', 'warn'],
  ]);
  expect(lines.at(-1)).toMatchObject({ message: 'call ended', fields: { deadAirMs: 4200, deadAirTurns: 2 } });
});
