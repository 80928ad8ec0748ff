import { expect, test } from 'vitest';
import { isLoud, parseLogLine, quoteLines } from '../../src/dev/log-line.ts';

const line = (level: string, msg: string, fields: object = {}) =>
  JSON.stringify({ level, time: '2026-01-01T00:00:00Z', pid: 1, ...fields, msg });
const loud = (text: string) => {
  const entry = parseLogLine(text);
  return entry !== undefined && isLoud(entry);
};

test('warnings and errors are loud, the rest is for the log file', () => {
  expect(loud(line('warn', 'prompt is broken'))).toBe(true);
  expect(loud(line('error', 'call failed'))).toBe(true);
  expect(loud(line('info', 'job accepted'))).toBe(false);
});

test("of the framework's lines only errors are loud", () => {
  expect(loud(line('warn', 'event loop blocked', { from: 'livekit' }))).toBe(false);
  expect(loud(line('error', 'session failed', { from: 'livekit' }))).toBe(true);
});

test('what is no log line is no log line', () => {
  for (const text of ['', 'Error: boom', '{', '{"level":1}', 'null'])
    expect(parseLogLine(text)).toBeUndefined();
});

test('the end of an output reads well, stack traces and all', () => {
  expect(
    quoteLines([
      line('error', 'call failed', { endpoint: 'tts' }),
      '    at main.ts:1',
      line('info', 'stopping'),
    ]),
  ).toBe('  error: call failed {"endpoint":"tts"}\n      at main.ts:1\n  info: stopping');
});
