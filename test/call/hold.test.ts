import { expect, test } from 'vitest';
import { CallEvents } from '../../src/call/events.ts';
import { watchHold } from '../../src/call/hold.ts';
import { Limits, watchSilence } from '../../src/call/limits.ts';
import type { CallEvent, Happening } from '../../src/observe/call-events.ts';
import { logInto } from '../helpers/call-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

/** A call by phone that has been picked up; packets come while `sends` says so. */
function call() {
  const clock = manualClock();
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]), wallNow: () => clock.now() });
  const told: object[] = [];
  const line = { sends: true, packetMs: 5_000_000 };
  const emit = (happening: Happening) => events.emit(happening);
  events.subscribe(
    watchHold({
      ...{ clock, emit },
      lastPacketMs: async () => {
        if (line.sends) line.packetMs = 5_000_000 + clock.now();
        return line.packetMs;
      },
    }),
  );
  events.subscribe((event: CallEvent) => {
    if (event.type === 'hold') told.push([clock.now(), event.isHeld, event.isCertain, event.forMs]);
  });
  emit({ type: 'line-opened' });
  /** Time passes in looks of a second. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(Math.min(left, 1000));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, events, emit, told, line, pass };
}

test('three seconds without a packet are a hold, certain on a line that sends in silence, until packets come again', async () => {
  const { told, line, pass } = call();
  await pass(8000);
  line.sends = false;
  await pass(30_000);
  line.sends = true;
  await pass(2000);
  expect(told).toEqual([
    [11_000, true, true, 3000],
    [39_000, false, true, 31_000],
  ]);
});

test('a line that was only heard while its caller spoke may send nothing in silence', async () => {
  const { told, line, pass, emit } = call();
  emit({ type: 'caller-speaks', isSpeaking: true });
  await pass(8000);
  emit({ type: 'caller-speaks', isSpeaking: false });
  line.sends = false;
  await pass(4000);
  expect(told).toEqual([[11_000, true, false, 3000]]);
});

test('before the first packet, and after the call, nothing is told', async () => {
  const { told, line, pass, emit } = call();
  line.packetMs = undefined as never;
  line.sends = false;
  await pass(8000);
  line.sends = true;
  await pass(8000);
  emit({ type: 'ending', reason: 'hang-up' });
  line.sends = false;
  await pass(8000);
  expect(told).toEqual([]);
});

test('a caller on hold is not asked whether they are there, and not hung up on', async () => {
  const { clock, events, line, pass, emit } = call();
  const asked: string[] = [];
  const limits = new Limits({
    ...{ maxCallMs: 600_000, idleTimeoutMs: 15_000, clock },
    onIdle: () => asked.push(`${clock.now()} ask`),
    onEnd: (reason) => asked.push(reason),
  });
  events.subscribe(watchSilence(limits));
  emit({ type: 'line-opened' });
  emit({ type: 'agent-busy', isBusy: false });
  await pass(8000);
  line.sends = false;
  await pass(60_000);
  line.sends = true;
  await pass(8000);
  expect(asked).toEqual([]);
  await pass(10_000);
  expect(asked).toEqual(['84000 ask']);
});
