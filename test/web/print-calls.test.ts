import { expect, test } from 'vitest';
import type { WorkerStatus } from '../../src/observe/status.ts';
import { printCalls, workersUrl } from '../../src/web/print-calls.ts';
import { configFrom } from '../helpers/config.ts';

const STATUS: WorkerStatus = {
  ...{
    atMs: 100_000,
    slots: 8,
    slotsUsed: 1,
    overloaded: false,
    registered: true,
    draining: false,
    unready: [],
  },
  hosts: [{ number: 1, calls: 1, ready: true, memoryMb: 120, cpuMs: 900, lagMs: 3 }],
  calls: [
    {
      ...{
        id: 'AJ_1',
        host: 1,
        ageMs: 62_000,
        stage: 'thinking',
        stageSinceMs: 99_000,
        prompt: 'shop',
        via: 'sip',
        turns: 3,
      },
      lastTurns: [{ turn: 3, atMs: 90_000, interrupted: false, parts: { totalMs: 812 } }],
    },
  ],
  endpoints: [
    {
      stage: 'llm',
      host: 'gpu:8000',
      model: 'qwen',
      breaker: 'open',
      requests: 20,
      failed: 4,
      p50Ms: 210,
      p95Ms: 900,
    },
  ],
};

/** Two workers, of which the second does not answer. */
const workers = {
  addressesOf: async () => [
    { address: '10.0.0.1', family: 4 },
    { address: '10.0.0.2', family: 4 },
  ],
  fetch: (async (url: URL) => {
    if (url.hostname === '10.0.0.2') throw new Error('connect ECONNREFUSED');
    return Response.json(STATUS);
  }) as typeof fetch,
};

async function printed(flags: object, more: object = {}) {
  const texts: string[] = [];
  const config = configFrom({ WORKERS_URL: 'http://workers:8081' });
  const url = workersUrl(config);
  const code = await printCalls(
    { url, ...flags },
    {
      print: (text) => texts.push(text),
      isTerminal: false,
      workers,
      ...more,
    },
  );
  return { code, text: texts.join('') };
}

test('what runs is a table; a worker that does not answer is there as such, and the exit code says so', async () => {
  const { code, text } = await printed({});
  expect(code).toBe(1);
  expect(text.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
    '10.0.0.1:8081 ready calls 1 of 8 hosts 1 of 1 ready',
    'CALL HOST AGE STAGE FOR PROMPT VIA TURNS LAST ANSWER',
    'AJ_1 1 1:02 thinking 0:01 shop sip 3 812 ms',
    'ENDPOINT HOST MODEL BREAKER REQUESTS FAILED P50 P95',
    'llm gpu:8000 qwen open 20 4 210 ms 900 ms',
    '',
    '10.0.0.2:8081 does not answer: connect ECONNREFUSED',
    '',
  ]);
});

test('for programs it is JSON', async () => {
  expect(JSON.parse((await printed({ json: true })).text)).toEqual([
    { at: '10.0.0.1:8081', status: STATUS },
    { at: '10.0.0.2:8081', problem: 'connect ECONNREFUSED' },
  ]);
});

test('no worker is said', async () => {
  const addressesOf = async () => {
    throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  };
  const { code, text } = await printed({}, { workers: { addressesOf } });
  expect([code, text]).toEqual([1, 'no worker at http://workers:8081\n']);
});

test('in a terminal it is drawn anew until it is stopped', async () => {
  const stop = new AbortController();
  const texts: string[] = [];
  const print = (text: string) => {
    texts.push(text);
    stop.abort();
  };
  expect((await printed({}, { print, isTerminal: true, signal: stop.signal })).code).toBe(0);
  expect(texts).toEqual([expect.stringContaining('\u001b[H\u001b[J10.0.0.1')]);
});
