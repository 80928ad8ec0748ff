import { expect, test } from 'vitest';
import { LiveKitLink } from '../../src/dispatch/livekit-link.ts';
import { registration } from '../../src/dispatch/worker-messages.ts';
import { configFrom } from '../helpers/config.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { perTest } from '../helpers/per-test.ts';
import { startScriptedLiveKit } from '../helpers/scripted-livekit.ts';

const livekit = perTest(startScriptedLiveKit, (made) => made.close());

function connect() {
  const clock = manualClock();
  const log = keptLog();
  const events: string[] = [];
  const link = new LiveKitLink({
    ...{ url: livekit.url, apiKey: 'devkey', apiSecret: 'secret', agent: undefined, clock, log },
    greeting: () => [registration(configFrom().agent)],
    onMessage: () => {},
    onRegistered: (workerId) => events.push(workerId),
    onLost: () => events.push('lost'),
  });
  return { link, clock, log, events, running: link.run() };
}

const registered = (count: number) =>
  livekit.until(() => livekit.heard.filter(({ register }) => register).length >= count);

test('a connection that falls is opened again within a quarter of a second, for as long as it takes, and registers anew', async () => {
  const { link, clock, events, running } = connect();
  await expect.poll(() => events).toEqual(['AW_1']);
  livekit.mode = { status: 503, text: 'starting' };
  livekit.drop();
  await clock.waitsFor(125);
  expect(link.isRegistered()).toBe(false);
  clock.advance(125);
  for (const pauseMs of Array(40).fill(250)) {
    await clock.waitsFor(pauseMs);
    clock.advance(pauseMs);
  }
  await clock.waitsFor(250);
  livekit.mode = 'registers';
  clock.advance(250);
  await registered(2);
  await expect.poll(() => link.isRegistered()).toBe(true);
  expect(events).toEqual(['AW_1', 'lost', expect.stringMatching(/^AW_\d+/)]);
  link.close();
  await running;
});

test('the same reason is logged once', async () => {
  livekit.mode = { status: 401, text: 'invalid API key' };
  const { link, clock, log, running } = connect();
  for (const pauseMs of [125, 250, 500]) {
    await clock.waitsFor(pauseMs);
    clock.advance(pauseMs);
  }
  link.close();
  await running;
  expect(log.lines.map(({ fields }) => fields.reason)).toEqual([expect.stringContaining('LIVEKIT_API_KEY')]);
});

test('a worker that was never registered gives up after 80 s', async () => {
  livekit.mode = { status: 401, text: 'invalid API key' };
  const { clock, running } = connect();
  let isOver = false;
  const failed = expect(
    running.finally(() => {
      isOver = true;
    }),
  ).rejects.toThrow('LIVEKIT_API_KEY');
  const waits = [125, 250, 500, 1000, 2000, 4000, ...Array(20).fill(5000)];
  for (const pauseMs of waits) {
    await Promise.race([clock.waitsFor(pauseMs), running.catch(() => {})]);
    if (isOver) break;
    clock.advance(pauseMs);
  }
  await failed;
  expect(clock.now()).toBeGreaterThanOrEqual(80_000);
  expect(clock.now()).toBeLessThan(90_000);
});

test('closing ends it, also while it waits', async () => {
  livekit.mode = { status: 503, text: '' };
  const { link, clock, running } = connect();
  await clock.waitsFor(125);
  link.close();
  await running;
});
