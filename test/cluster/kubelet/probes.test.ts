import { expect, test } from 'vitest';
import { createVerdict, watchHealth } from './probes.ts';
import type { Container } from './types.ts';

test.each([
  ['healthy until three failures in a row', true, {}, 'FFSFFF', 'TTTTTF'],
  ['unhealthy until one success', false, {}, 'FSFFF', 'FTTTF'],
  ['successThreshold', false, { successThreshold: 2 }, 'SFSS', 'FFFT'],
  ['failureThreshold', true, { failureThreshold: 1 }, 'SFS', 'TFT'],
])('%s', (_, initial, thresholds, attempts, verdicts) => {
  const judge = createVerdict(thresholds, initial);
  expect([...attempts].map((one) => (judge(one === 'S') ? 'T' : 'F')).join('')).toBe(verdicts);
});

const probe = (path: string, failureThreshold: number) => ({
  httpGet: { path, port: 1 },
  periodSeconds: 0.001,
  failureThreshold,
});

/** Answers each path's attempts in turn, then its last for ever; notes what was said until `dead` or all was asked. */
async function watch(container: Partial<Container>, answers: Record<string, string>): Promise<string[]> {
  const said: string[] = [];
  const end = new AbortController();
  const left = new Map(Object.entries(answers).map(([path, text]) => [path, [...text]]));
  await watchHealth(
    { name: 'a', image: 'a', ...container },
    {
      attempt: async ({ httpGet }) => {
        const path = httpGet?.path ?? '';
        const answer = left.get(path)?.shift();
        if ([...left.values()].every((rest) => rest.length === 0)) end.abort();
        if (answer !== 'S') throw new Error(`${path} failed`);
      },
      onStarted: () => said.push('started'),
      onReady: (ready) => said.push(ready ? 'ready' : 'not ready'),
      onFault: () => {},
      onDead: () => {
        said.push('dead');
        end.abort();
      },
    },
    end.signal,
  );
  return said;
}

test('without probes a container is started and ready', async () => {
  expect(await watch({}, {})).toEqual(['started', 'ready']);
});

test('other probes wait for the startup probe', async () => {
  const container = { startupProbe: probe('start', 5), readinessProbe: probe('ready', 1) };
  expect(await watch(container, { start: 'FFS', ready: 'FSFS' })).toEqual([
    'started',
    'not ready',
    'ready',
    'not ready',
  ]);
});

test('a container that does not start in time, or stops living, is condemned', async () => {
  expect(await watch({ startupProbe: probe('start', 2) }, { start: 'FFSSS' })).toEqual(['dead']);
  expect(await watch({ livenessProbe: probe('live', 2) }, { live: 'SFSFFS' })).toEqual([
    'started',
    'ready',
    'dead',
  ]);
});
