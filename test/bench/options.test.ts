import { expect, test } from 'vitest';
import { parseOptions } from '../../src/bench/options.ts';
import { DEFAULT_SPEEDS } from '../../src/bench/profile.ts';

test('without options: everything, one call, batch, the default configuration', () => {
  expect(parseOptions([])).toMatchObject({
    ...{ set: 'all', calls: 1, turns: 10, sttMode: 'batch', baseline: false, settings: {} },
    ...{ realEndpoints: false, speeds: DEFAULT_SPEEDS },
  });
});

test('speeds, settings and the baseline are taken as given', () => {
  const argv = '--llm-ttft-ms 450 --env A=1 --env B=x=y --baseline stock --endpoints env --stt-mode sse';
  expect(parseOptions(argv.split(' '))).toMatchObject({
    ...{ baseline: true, realEndpoints: true, sttMode: 'sse', settings: { A: '1', B: 'x=y' } },
    speeds: { ...DEFAULT_SPEEDS, llmTtftMs: 450 },
  });
});

test('help is no run', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
});

test('the cost is that of five pairs of calls', () => {
  expect(parseOptions(['--set', 'cost'])).toMatchObject({ pairs: 5, turns: 8 });
  expect(parseOptions('--set cost --pairs 2 --turns 3'.split(' '))).toMatchObject({ pairs: 2, turns: 3 });
});

test.each([
  ['--pairs 0', '--pairs 0 is not a number from 1'],
  ['--calls none', '--calls none is not a number from 1'],
  ['--calls 0', '--calls 0 is not a number from 1'],
  ['--set fast', '--set fast is not one of latency, labelled'],
  ['--baseline other', '--baseline other is not one of stock'],
  ['--env A', '--env A is not KEY=VALUE'],
  ['--steps 2,4', '--steps 2,4 are not whole numbers that rise from 1'],
  ['--steps 1,4,4', '--steps 1,4,4 are not whole numbers that rise from 1'],
  ['--within soon', '--within soon is not a number from 0'],
  ['--nonsense', "Unknown option '--nonsense'"],
])('«%s» is told what is wrong', (argv, message) => {
  expect(() => parseOptions(argv.split(' '))).toThrow(message);
});

test('under load: a burst of six within 1.5 s, then up to twelve calls', () => {
  expect(parseOptions(['--set', 'load'])).toMatchObject({
    ...{ parallel: 6, withinMs: 1500, steps: [1, 2, 4, 6, 8, 10, 12], turns: 20 },
  });
  const argv = '--set load --parallel 3 --within 500 --steps 1,5 --turns 4 --isolate --env A=b';
  expect(parseOptions(argv.split(' '))).toMatchObject({
    ...{ parallel: 3, withinMs: 500, steps: [1, 5], turns: 4 },
    settings: { CALLS_PER_HOST: '1', A: 'b' },
  });
});
