import { expect, test } from 'vitest';
import { parseOptions } from '../../src/bench/options.ts';
import { type PhoneReport, renderPhone } from '../../src/bench/phone.ts';
import type { CallResult } from '../../src/bench/results.ts';

const call = (greetingMs: number | undefined, voices: readonly (number | undefined)[]): CallResult => ({
  ...{ greetingMs, durationMs: 1, cpuS: undefined, rssMb: undefined },
  turns: voices.map((voiceToVoiceMs) => ({ voiceToVoiceMs, lost: voiceToVoiceMs === undefined }) as never),
});
const report = (phone: CallResult, web: CallResult): PhoneReport => ({
  ...{ startedAt: '', notes: ['machine'], options: parseOptions(['--set', 'phone']) as never },
  calls: { phone: [phone], web: [web] },
});

test('both kinds stand side by side, with what is promised', () => {
  const text = renderPhone(report(call(400, [900, 1000, 1100]), call(300, [950, 960, 970])));
  expect(text).toContain('first word after pick-up, p50: 400 ms, within 700 ms');
  expect(text).toContain('more than by web: 40 ms, within 120 ms');
  expect(text).toContain('turns lost: 0 by phone, 0 by web');
});

test('of each kind, where the time went: in the worker, and on the line both ways', () => {
  const turn = { voiceToVoiceMs: 1000, lost: false, stages: { sttSentMs: 150 } };
  const record = { pauseMs: 66, endpointingMs: 780, totalMs: 870 };
  const by = (ms: number): CallResult => ({
    ...call(400, []),
    turns: [{ ...turn, voiceToVoiceMs: ms, record } as never],
  });
  const cells = renderPhone(report(by(1000), by(920)))
    .split('\n')
    .map((line) => line.trim().replaceAll(/ {2,}/g, '|'));
  expect(cells).toContain('phone: the line both ways|130 ms|130 ms|1');
  expect(cells).toContain('web: the line both ways|50 ms|50 ms|1');
  expect(cells).toContain('phone: last sound to its transcription asked for|150 ms|150 ms|1');
  expect(cells).toContain('web: answer played, in the worker|870 ms|870 ms|1');
});

test('what is missed, lost or was not measured is said', () => {
  const text = renderPhone(report(call(900, [1200, undefined]), call(undefined, [900])));
  expect(text).toContain('900 ms, MORE THAN 700 ms');
  expect(text).toContain('300 ms, MORE THAN 120 ms');
  expect(text).toContain('1 by phone');
  expect(renderPhone(report(call(undefined, []), call(undefined, [])))).toContain('not measured');
});
