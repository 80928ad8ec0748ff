import { expect, test } from 'vitest';
import { renderAgainst } from '../../src/bench/cost-against.ts';
import type { CostCall } from '../../src/bench/cost-report.ts';
import { parseOptions } from '../../src/bench/options.ts';

const call = (cpuS: number, p50Ms?: number): CostCall => ({
  ...{ cpuS, durationMs: 20_000, lost: 0, traces: 0, messages: 0 },
  voiceToVoiceMs: p50Ms === undefined ? [] : [p50Ms],
});
const rendered = (...rounds: readonly (readonly [before: CostCall, here: CostCall, again: CostCall])[]) =>
  renderAgainst({
    ...{ startedAt: '', notes: ['machine'], options: parseOptions(['--set', 'cost']) as never },
    rounds: rounds.map(([before, here, again]) => ({ before, here, again })),
  });

test('the median of this checkout stands beside the range of the other one’s calls', () => {
  const text = rendered(
    [call(2, 900), call(2.1, 1000), call(2.2, 910)],
    [call(2, 880), call(2.1, 990), call(2.4, 905)],
  );
  expect(text).toContain('CPU a second of call: median here 0.105 cores, within');
  expect(text).toContain('0.100 cores to 0.120 cores');
  expect(text).toContain('voice to voice, p50: median here 995 ms, ABOVE');
});

test('calls without an answer are not measured', () => {
  expect(rendered([call(2), call(2), call(2)])).toContain('voice to voice, p50: not measured');
});

test('the other checkout is an option of the cost', () => {
  expect(parseOptions(['--set', 'cost', '--against', '../before'])).toMatchObject({ against: '../before' });
});
