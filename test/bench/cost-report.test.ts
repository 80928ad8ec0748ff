import { expect, test } from 'vitest';
import { type CostCall, renderCost } from '../../src/bench/cost-report.ts';
import { parseOptions } from '../../src/bench/options.ts';

const call = (cpuS: number, voiceToVoiceMs: readonly number[], more: Partial<CostCall> = {}): CostCall => ({
  ...{ cpuS, durationMs: 20_000, voiceToVoiceMs, lost: 0, traces: 1, messages: 3, ...more },
});
const rendered = (...pairs: readonly (readonly [off: CostCall, on: CostCall])[]) =>
  renderCost({
    ...{ startedAt: '', notes: ['machine'], options: parseOptions(['--set', 'cost']) as never },
    pairs: pairs.map(([off, on]) => ({ off, on })),
  });

test('the medians of the pairs stand beside what is promised', () => {
  const text = rendered(
    [call(2, [900, 1000, 1100]), call(2.1, [910, 1010, 1110])],
    [call(2, [900]), call(2.06, [905])],
    [call(2, [900]), call(4, [2000])],
  );
  expect(text).toContain('CPU a call, median of 3 pairs: +5.0 %, within +10.0 %');
  expect(text).toContain("median of the pairs' medians: +10 ms, within +15 ms");
});

test('a longer call is not a dearer one', () => {
  expect(rendered([call(2, [900]), call(4, [900], { durationMs: 40_000 })])).toContain(
    '0.0 %, within +10.0 %',
  );
});

test('what is missed, and what was switched on and did not arrive, is said', () => {
  const text = rendered([call(2, [900]), call(2.5, [], { lost: 1, traces: 0 })]);
  expect(text).toContain('+25.0 %, MORE THAN +10.0 %');
  expect(text).toContain('medians: not measured');
  expect(text).toContain('NOT MEASURED: no traces arrived in pair 1');
});
