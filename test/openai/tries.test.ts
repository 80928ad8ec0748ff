import { setImmediate as settled } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fault } from '../../src/openai/fault.ts';
import type { RouteEvent } from '../../src/openai/retry.ts';
import { brokeOff, tryServers } from '../../src/openai/route.ts';
import { keyOf, RouteMemory } from '../../src/openai/route-memory.ts';
import { manualClock } from '../helpers/manual-clock.ts';

/** A try that never answers. */
const HANGS = Number.POSITIVE_INFINITY;
type Script = number | 'refused' | 500 | 400 | { status: number };
const STATUS = (status: number) => ({ status });

const servers = (names: string) => [...names].map((name) => ({ baseUrl: `http://${name}:1/v1`, model: 'm' }));

/** Servers `a`, `b` …, each with what its successive requests come to: milliseconds until it answers, or a failure. The last stays. */
function world(scripts: Record<string, Script[]>) {
  const clock = manualClock();
  const routes = new RouteMemory();
  const log: string[] = [];
  const events: RouteEvent[] = [];
  const left = Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, [...script]]));
  const all = servers(Object.keys(scripts).join(''));
  const deadlines = {
    ...{ connectTimeoutMs: 3000, firstByteTimeoutMs: 10_000, stallTimeoutMs: 4000 },
    ...{ attempts: 3, hedgeAfterMs: 500 },
  };

  async function asked(options: { signal?: AbortSignal; hedgeAfterMs?: number; avoid?: string } = {}) {
    const startedMs = clock.now();
    const at = () => clock.now() - startedMs;
    let result: string | undefined;
    const route = {
      ...{ endpoint: 'tts' as const, servers: all, bytes: 100 },
      avoid: all.find(({ baseUrl }) => baseUrl.includes(`/${options.avoid}:`)),
    };
    const rest = { clock, routes, signal: options.signal, random: () => 0 };
    const own = { ...deadlines, hedgeAfterMs: options.hedgeAfterMs ?? deadlines.hedgeAfterMs };
    tryServers(
      route,
      { ...rest, deadlines: own, onRoute: (event) => events.push(event) },
      (server, one, number) => {
        const name = server.baseUrl.at(7) ?? '';
        const script = left[name] ?? [];
        const what = (script.length > 1 ? script.shift() : script[0]) ?? HANGS;
        log.push(`${at()} ${name}${number}`);
        const target = { endpoint: 'tts' as const, url: server.baseUrl };
        return new Promise<string>((resolve, reject) => {
          if (what === 'refused') return reject(fault(target, 'connect', 'refused'));
          if (typeof what === 'object') return reject(fault(target, 'status', 'answered', what));
          const stop = what === HANGS ? () => {} : clock.after(what, () => resolve(name));
          one.signal?.addEventListener('abort', () => {
            stop();
            log.push(`${at()} ${name}${number} aborted`);
            reject(fault(target, 'aborted', 'cancelled'));
          });
        });
      },
    ).then(
      (name) => {
        result = `${at()} answer of ${name}`;
      },
      (error) => {
        result = `${at()} ${error.failure}`;
      },
    );
    for (let waitedMs = 0; waitedMs < 60_000 && result === undefined; waitedMs += 100) {
      await settled();
      if (result === undefined) clock.advance(100);
    }
    return [...log.splice(0), result];
  }

  const state = (name: string) => {
    const [server] = servers(name);
    return server && routes.breaker(keyOf('tts', server)).state(clock.now());
  };
  const taught = async (times: number) => {
    for (let n = 0; n < times; n++) await asked();
  };
  return { clock, routes, events, asked, state, taught, servers: all };
}

test('a request that is late is made again beside the first: the first answer counts, the other is aborted at once', async () => {
  const { asked, taught, events } = world({ a: [200, 200, HANGS, 300] });
  await taught(2);
  expect(await asked()).toEqual(['0 a1', '500 a2', '800 a1 aborted', '800 answer of a']);
  expect(events).toEqual([{ what: 'hedge', attempt: 2, host: 'a:1', outcome: 'used' }]);
});

test('late is 1.5 times the slowest recent answer, and a first request that answers after all is used', async () => {
  const { asked, taught, events } = world({ a: [800, 800, 1400, 500] });
  await taught(2);
  expect(await asked()).toEqual(['0 a1', '1200 a2', '1400 a2 aborted', '1400 answer of a']);
  expect(events).toEqual([{ what: 'hedge', attempt: 2, host: 'a:1', outcome: 'dropped' }]);
});

test('nothing is sent twice to a server that answers as ever', async () => {
  const { asked } = world({ a: [400, 450, 300, 550, 400, 600, 640, 500] });
  for (let n = 0; n < 20; n++) expect((await asked()).slice(0, -1)).toEqual(['0 a1']);
});

test('of a server of which nothing is known one more is asked, after a longer time', async () => {
  const { asked } = world({ a: [HANGS, 300] });
  expect(await asked()).toEqual(['0 a1', '2500 a2', '2800 a1 aborted', '2800 answer of a']);
  const slow = world({ a: [20_000] });
  expect(await slow.asked()).toEqual(['0 a1', '2500 a2', '20000 a2 aborted', '20000 answer of a']);
  expect(await slow.asked()).toEqual(['0 a1', '20000 answer of a']);
});

test('with hedging turned off, and with one attempt, the deadlines count', async () => {
  const { asked, taught } = world({ a: [200, HANGS, 300] });
  await taught(1);
  expect(await asked({ hedgeAfterMs: 0 })).toEqual([
    '0 a1',
    '10000 a2',
    '10300 a1 aborted',
    '10300 answer of a',
  ]);
});

test('a hedge goes to the next server, and one that hangs is left out after three', async () => {
  const { asked, taught, state, events } = world({ a: [200, 200, HANGS], b: [300] });
  await taught(2);
  for (let n = 0; n < 3; n++) {
    expect(state('a')).toBe('closed');
    expect(await asked()).toEqual(['0 a1', '500 b2', '800 a1 aborted', '800 answer of b']);
  }
  expect(state('a')).toBe('open');
  expect(events.at(-2)).toEqual({ what: 'breaker', host: 'a:1', state: 'open' });
  expect(await asked()).toEqual(['0 b1', '300 answer of b']);
});

test('the time that a hang took is not taken for the time that answers take', async () => {
  const { asked, taught } = world({ a: [200, 200, HANGS, 200, HANGS, 200] });
  await taught(3);
  expect((await asked())[1]).toBe('500 a2');
});

test('a server that is slow as a whole is not sent twice as much: the budget ends, and the pace learns', async () => {
  const { asked, taught } = world({ a: [200, 200, 200, 200, 200, 200, ...Array(40).fill(3000)] });
  await taught(6);
  let extra = 0;
  for (let n = 0; n < 20; n++)
    extra += (await asked()).filter((line) => /^\d+ a[2-9]$/.test(line ?? '')).length;
  expect(extra).toBeLessThanOrEqual(6);
});

test('without budget nothing is hedged, and the deadline still is the last resort', async () => {
  const { asked, taught, routes, clock } = world({ a: [200, HANGS, 300] });
  await taught(1);
  while (routes.budget('tts').take(clock.now()));
  expect(await asked()).toEqual(['0 a1', '10000 a2', '10300 a1 aborted', '10300 answer of a']);
});

test('a server that is not there is passed over at once, and then not asked', async () => {
  const { asked, events, state } = world({ a: ['refused'], b: [200] });
  expect(await asked()).toEqual(['0 a1', '0 b2', '200 answer of b']);
  expect(events).toEqual([
    { what: 'breaker', host: 'a:1', state: 'open' },
    { what: 'failover', attempt: 2, from: 'a:1', to: 'b:1', failure: 'connect' },
  ]);
  expect(state('a')).toBe('open');
  expect(await asked()).toEqual(['0 b1', '200 answer of b']);
});

test('a server that was left out is tried beside the one that is waited for: it costs no caller time', async () => {
  const { asked, clock, state } = world({ a: ['refused', HANGS, 100], b: [200] });
  await asked();
  clock.advance(5000);
  expect(state('a')).toBe('half-open');
  expect(await asked()).toEqual(['0 b1', '0 a2', '200 answer of b']);
  expect(await asked()).toEqual(['0 b1', '200 answer of b']);
  clock.advance(3000);
  expect(state('a')).toBe('open');
  clock.advance(10_000);
  const [, ...log] = await asked();
  expect(log).toEqual(['0 b1', '0 a2', '100 b1 aborted', '100 answer of a']);
  expect(state('a')).toBe('closed');
  expect(await asked()).toEqual(['0 a1', '100 answer of a']);
});

test('a first server that has never answered costs the first request 0.8 s, and the next ones nothing', async () => {
  const { asked, state, clock } = world({ a: [HANGS], b: [200] });
  expect(await asked()).toEqual(['0 a1', '800 b2', '1000 answer of b']);
  expect(state('a')).toBe('half-open');
  expect(await asked()).toEqual(['0 b1', '200 answer of b']);
  clock.advance(2500);
  expect(state('a')).toBe('open');
  expect((await asked()).slice(-2)).toEqual(['0 b1', '200 answer of b']);
});

test('one whose first answer only takes longer is asked again as soon as that has come', async () => {
  const { asked, state, clock, events } = world({ a: [1500, 300], b: [200] });
  expect(await asked()).toEqual(['0 a1', '800 b2', '1000 answer of b']);
  clock.advance(500);
  await settled();
  expect(state('a')).toBe('closed');
  expect((await asked()).at(-1)).toBe('300 answer of a');
  expect(events.map((event) => ('state' in event ? event.state : event.what))).toEqual([
    ...['half-open', 'hedge', 'closed'],
  ]);
});

test('a refusal is not repeated at the same server, but another one is asked; the server is not to blame for the request', async () => {
  const { asked, state } = world({ a: [STATUS(400)], b: [200] });
  expect(await asked()).toEqual(['0 a1', '0 b2', '200 answer of b']);
  expect(state('a')).toBe('closed');
  expect(await world({ a: [STATUS(400)] }).asked()).toEqual(['0 a1', '0 status']);
});

test('every server is tried, though there are more than attempts; where none works the best is tried again', async () => {
  const { asked } = world({ a: ['refused'], b: ['refused'], c: ['refused'], d: [STATUS(500), 100] });
  expect(await asked()).toEqual(['0 a1', '0 b2', '0 c3', '0 d4', '0 status']);
  expect((await asked()).at(-1)).toMatch(/answer of d$/);
});

test('an error of one in five costs a moment, and one retry', async () => {
  const { asked } = world({ a: [200, STATUS(500), 200] });
  await asked();
  expect(await asked()).toEqual(['0 a1', '50 a2', '300 answer of a']);
});

test('the caller’s abort ends all tries', async () => {
  const abort = new AbortController();
  const { asked, taught, clock } = world({ a: [200, HANGS] });
  await taught(1);
  clock.after(700, () => abort.abort());
  expect(await asked({ signal: abort.signal })).toEqual([
    '0 a1',
    '500 a2',
    '700 a1 aborted',
    '700 a2 aborted',
    '700 aborted',
  ]);
});

test('a server that broke an answer off is asked last, and three of those leave it out', async () => {
  const { asked, servers, routes, clock, state, taught } = world({ a: [200], b: [300] });
  await taught(1);
  expect((await asked({ avoid: 'a' })).at(-1)).toBe('300 answer of b');
  const [a] = servers;
  if (!a) throw new Error('no server');
  const cut = fault({ endpoint: 'tts', url: a.baseUrl }, 'stall', 'cut');
  for (let n = 0; n < 3; n++) brokeOff('tts', a, cut, { routes, clock, deadlines: { attempts: 3 } });
  expect(state('a')).toBe('open');
});

test('a server that became much slower than another one is not waited for', async () => {
  const { asked, taught } = world({ a: [200, 200, ...Array(30).fill(9000)], b: [300] });
  await taught(2);
  const last = [];
  for (let n = 0; n < 6; n++) last.push((await asked()).at(-1));
  expect(last.at(-1)).toBe('300 answer of b');
});
