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

test('what is missed, lost or was not measured is said', () => {
  const text = renderPhone(report(call(900, [1200, undefined]), call(undefined, [900])));
  expect(text).toContain('900 ms, MORE THAN 700 ms');
  expect(text).toContain('300 ms, MORE THAN 120 ms');
  expect(text).toContain('1 by phone');
  expect(renderPhone(report(call(undefined, []), call(undefined, [])))).toContain('not measured');
});
