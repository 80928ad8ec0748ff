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

test.each([
  ['--calls none', '--calls none is not a number from 1'],
  ['--calls 0', '--calls 0 is not a number from 1'],
  ['--set fast', '--set fast is not one of latency, labelled'],
  ['--baseline other', '--baseline other is not one of stock'],
  ['--env A', '--env A is not KEY=VALUE'],
  ['--nonsense', "Unknown option '--nonsense'"],
])('«%s» is told what is wrong', (argv, message) => {
  expect(() => parseOptions(argv.split(' '))).toThrow(message);
});
