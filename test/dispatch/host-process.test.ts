import { expect, test } from 'vitest';
import { HostProcess } from '../../src/dispatch/host-process.ts';
import { type FakeHost, fakeHosts } from '../helpers/fake-hosts.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const CHECK_EVERY_MS = 250;
const nothing = () => {};

/** One that is ready, is asked four times a second, and does not answer. */
function silentHost() {
  const clock = manualClock();
  const { startHost, all } = fakeHosts();
  const process = new HostProcess(
    1,
    startHost(1),
    {
      ...{ onReady: nothing, onUsage: nothing, onJoined: nothing, onCallEnded: nothing, onFact: nothing },
      ...{ onOfCall: nothing, onRecall: () => undefined, onUnfit: nothing, onGone: nothing },
    },
    clock,
  );
  const [host] = all as [FakeHost];
  host.say({ kind: 'ready' });
  host.answers = false;
  const wait = (ms: number) => {
    for (let passed = 0; passed < ms; passed += CHECK_EVERY_MS) {
      process.check();
      clock.advance(CHECK_EVERY_MS);
    }
    process.check();
  };
  return { host, wait };
}

test('one that does not answer, and says nothing, is ended within 3 s', () => {
  const { host, wait } = silentHost();
  wait(2250);
  expect(host.isAlive).toBe(true);
  wait(500);
  expect(host.isAlive).toBe(false);
});

test('one that tells of its calls before it answers has more to do than it can: it has 10 s', () => {
  const { host, wait } = silentHost();
  for (let second = 1; second < 10; second += 1) {
    wait(1000);
    host.say({ kind: 'call-joined', jobId: 'a' });
  }
  expect(host.isAlive).toBe(true);
  wait(1000);
  expect(host.isAlive).toBe(false);
});
