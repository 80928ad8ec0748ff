import { expect, test } from 'vitest';
import { parseOptions } from '../../src/bench/options.ts';
import { DEFAULT_SPEEDS } from '../../src/bench/profile.ts';
import { type Report, renderReport } from '../../src/bench/report.ts';
import type { RunResult } from '../../src/bench/results.ts';
import { run, turn } from './turns.ts';

const options = parseOptions([]);
function report(runs: RunResult[]): Report {
  if (!options) throw new Error('no options');
  const startedAt = '2025-01-01T00:00:00.000Z';
  return { startedAt, notes: ['machine  one'], options, speeds: DEFAULT_SPEEDS, transportMs: 170, runs };
}
const lineOf = (text: string, name: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.replace(/ {2,}/g, ' | ');

test('our run is held to the targets, and compared with the stock one', () => {
  const stock = { ...run([turn({ voiceToVoiceMs: 2000 })]), pipeline: 'stock' as const };
  const text = renderReport(report([run([turn({ voiceToVoiceMs: 800 })]), stock]));
  expect(text).toContain('machine  one');
  expect(lineOf(text, 'voice-to-voice p50')).toBe(
    'voice-to-voice p50 ms | ≤ 900 | 800 (1) ✓ | 2000 (1) | 0.40 (≤ 0.47) ✓',
  );
});

test('greetings are judged by several calls: the first of a worker has its greeting made', () => {
  const one = run([turn()]);
  const two = { ...one, calls: [...one.calls, ...one.calls] };
  expect(lineOf(renderReport(report([one])), 'greeting p50')).toBe('greeting p50 ms | 500 (1)');
  expect(lineOf(renderReport(report([two])), 'greeting p50')).toBe('greeting p50 ms | ≤ 700 | 500 (2) ✓');
});

test('a target that is missed says so', () => {
  expect(lineOf(renderReport(report([run([turn()])])), 'voice-to-voice p50')).toContain('1000 (1) ✗');
});

test('other ways of transcription are held to their own targets, and compared with nothing', () => {
  const realtime = { ...run([turn({ voiceToVoiceMs: 800 })]), sttMode: 'realtime' };
  const text = renderReport(report([run([turn({ voiceToVoiceMs: 800 })]), realtime]));
  expect(lineOf(text, ' ')).toContain('own | own realtime');
  expect(lineOf(text, 'voice-to-voice p50')).toBe(
    'voice-to-voice p50 ms | ≤ 900, ≤ 750 | 800 (1) ✓ | 800 (1) ✗',
  );
});

test('an earlier run stands beside', () => {
  const text = renderReport(report([run([turn()])]), report([run([turn({ voiceToVoiceMs: 500 })])]));
  expect(lineOf(text, ' ')).toContain('own before');
  expect(lineOf(text, 'voice-to-voice p50')).toContain('2.00');
});

test('cut-offs stand beside the delay, by length of the pause', () => {
  const labelled = { set: 'labelled', pauseMs: 600 } as const;
  const turns = [turn(labelled), turn({ ...labelled, cutOff: 'first part only', voiceToVoiceMs: 600 })];
  const text = renderReport(report([run(turns)]));
  expect(lineOf(text, 'pause of 600 ms')).toBe('pause of 600 ms | 2 | 0 over, 1 part | 50.0 | 800 | 1000');
  expect(text).not.toContain('pause of 200 ms');
});

test('figures that nothing was measured for are left out', () => {
  const text = renderReport(report([run([turn()])]));
  expect(text).not.toContain('cut-offs');
  expect(text).not.toContain('labelled set');
});
