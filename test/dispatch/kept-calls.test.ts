import { expect, test } from 'vitest';
import type { CallEnd } from '../../src/dispatch/call-end.ts';
import type { AssignedJob } from '../../src/dispatch/host-messages.ts';
import { type GoingOn, KeptCalls, keyOf } from '../../src/dispatch/kept-calls.ts';
import { Returns } from '../../src/dispatch/returns.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import type { ConversationEvent } from '../../src/observe/conversation.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const call = (text: string): GoingOn => ({ ...keptCall([['user', text]]), brokeAtMs: 700 });

test('what is kept is given once', () => {
  const kept = new KeptCalls({ withinMs: 1000, clock: manualClock() });
  kept.keep(keyOf('room', 'ann'), call('mine'));
  expect(kept.take(keyOf('room', 'bob'))).toBeUndefined();
  expect(kept.take(keyOf('room', 'ann'))).toEqual(call('mine'));
  expect(kept.take(keyOf('room', 'ann'))).toBeUndefined();
});

test('it is forgotten when its time is up, and no timer is left of what was taken', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 1000, clock });
  kept.keep('a', call('early'));
  clock.advance(600);
  kept.keep('b', call('late'));
  clock.advance(400);
  expect(kept.size).toBe(1);
  kept.take('b');
  expect(clock.pending()).toEqual([]);
});

test('the same key keeps the newer for its whole time', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 1000, clock });
  kept.keep('a', call('first'));
  clock.advance(600);
  kept.keep('a', call('second'));
  clock.advance(600);
  expect(kept.take('a')).toEqual(call('second'));
});

test('beyond the bounds the oldest go', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 1000, clock, most: { calls: 2, bytes: 2000 } });
  for (const key of ['a', 'b', 'c']) kept.keep(key, call(key));
  expect([kept.take('a'), kept.size]).toEqual([undefined, 2]);
  kept.keep('d', call('x'.repeat(1000)));
  expect([kept.take('b'), kept.take('d')]).toEqual([undefined, call('x'.repeat(1000))]);
  kept.keep('e', call('x'.repeat(5000)));
  expect([kept.take('e'), kept.size]).toEqual([undefined, 0]);
});

test('for no time nothing is kept', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 0, clock });
  kept.keep('a', call('a'));
  expect([kept.take('a'), clock.pending()]).toEqual([undefined, []]);
});

test('no two callers have one key', () => {
  expect(keyOf('a', 'b","c')).not.toBe(keyOf('a","b', 'c'));
});

const LOST: CallEnd = {
  ...{ host: 1, reason: 'LiveKit lost', ok: true, isLost: false, broke: false, isCutOff: false },
  ...{ mayComeBack: true, durationMs: 1000, cpuMs: 1 },
};
const HUNG_UP: CallEnd = { ...LOST, reason: 'hang-up', mayComeBack: false };
const { prompt } = keptCall();

/** Calls of one room, each a job of its own. */
function createCalls() {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 300_000, clock });
  const wall = { ms: 1000 };
  const returns = new Returns({
    ...{ clock, kept, log: keptLog(), report: () => {}, wallNow: () => wall.ms },
    ...{ token: async () => '', take: () => {}, withdraw: () => false, mayReturn: () => true },
  });
  const tell = (jobId: string, happening: Happening) => {
    const event = { ...happening, callId: jobId, atMs: wall.ms } as ConversationEvent;
    returns.told({ kind: 'conversation', jobId, event });
  };
  return {
    ...{ clock, kept, wall, returns },
    begins(id: string, roomName = 'room') {
      const job = { id, roomName } as AssignedJob;
      returns.begin(job);
      returns.joined(id);
    },
    /** Its agent listens. */
    starts(jobId: string, piiCaller: string, comesBack = false) {
      returns.told({ kind: 'prompt', jobId, prompt });
      tell(jobId, { type: 'started', prompt: '', promptHash: '', via: 'web', piiCaller, comesBack });
    },
    says(jobId: string, piiText: string) {
      const createdAtMs = wall.ms;
      tell(jobId, { type: 'said', role: 'user', piiText, interrupted: false, createdAtMs, measured: {} });
    },
  };
}
type Calls = ReturnType<typeof createCalls>;

/** One call, in which something was said, and which broke off at 2000 ms. */
function lost(end = LOST): Calls {
  const calls = createCalls();
  calls.begins('A');
  calls.starts('A', 'ann');
  calls.says('A', 'My number is 7.');
  calls.wall.ms = 2000;
  calls.returns.goesOn('A', end);
  return calls;
}
const texts = (calls: Calls, jobId: string, caller: string) =>
  calls.returns.recall(jobId, caller)?.conversation.said.map(({ piiText }) => piiText);

test('who comes back to a room whose call broke off is given what was said, once; their time away does not count', () => {
  const calls = lost();
  calls.wall.ms = 122_000;
  calls.begins('B');
  expect(calls.returns.recall('B', 'ann')).toMatchObject({
    ...{ prompt, comesBack: true, brokeAtMs: 122_000 },
    conversation: { piiCaller: 'ann', startedAtMs: 121_000, said: [{ piiText: 'My number is 7.' }] },
  });
  calls.starts('B', 'ann', true);
  calls.begins('C');
  calls.returns.goesOn('B', HUNG_UP);
  expect(texts(calls, 'C', 'ann')).toBeUndefined();
});

test('somebody else in the room, and the same name in another room, are given nothing', () => {
  const calls = lost();
  calls.begins('B');
  calls.begins('C', 'another room');
  expect([texts(calls, 'B', 'bob'), texts(calls, 'C', 'ann')]).toEqual([undefined, undefined]);
  expect(calls.kept.size).toBe(1);
});

test('a call that was hung up is not kept', () => {
  expect(lost(HUNG_UP).kept.size).toBe(0);
});

test('a call that came back and breaks off again has all that was said in both', () => {
  const calls = lost();
  calls.begins('B');
  calls.returns.recall('B', 'ann');
  calls.starts('B', 'ann', true);
  calls.says('B', 'And my name is Ann.');
  calls.returns.goesOn('B', LOST);
  calls.begins('C');
  expect(texts(calls, 'C', 'ann')).toEqual(['My number is 7.', 'And my name is Ann.']);
});

test('a call whose agent never came to listen gives back what it was given', () => {
  const calls = lost();
  calls.begins('B');
  calls.returns.recall('B', 'ann');
  calls.returns.goesOn('B', { ...LOST, reason: 'call could not start', ok: false, mayComeBack: false });
  calls.begins('C');
  expect(texts(calls, 'C', 'ann')).toEqual(['My number is 7.']);
});

test('a call that is still being closed is gone on with all the same, and not kept again', () => {
  const calls = createCalls();
  calls.begins('A');
  calls.starts('A', 'ann');
  calls.says('A', 'My number is 7.');
  calls.begins('B');
  expect(texts(calls, 'B', 'ann')).toEqual(['My number is 7.']);
  calls.starts('B', 'ann', true);
  calls.returns.goesOn('A', LOST);
  expect(calls.kept.take(keyOf('room', 'ann'))).toBeUndefined();
});
