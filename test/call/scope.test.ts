import { EventEmitter, getEventListeners } from 'node:events';
import { beforeEach, expect, test } from 'vitest';
import type { CallScope } from '../../src/call/scope.ts';
import { type LogLine, scopeOn } from '../helpers/call-log.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

let clock: ManualClock;
let lines: LogLine[];
let scope: CallScope;
let did: string[];

beforeEach(() => {
  clock = manualClock();
  lines = [];
  scope = scopeOn(clock, lines);
  did = [];
});

const OVER = { reason: 'over', ok: true };

test('what was opened last is closed first, one after the other, and whatever fails', async () => {
  scope.defer('a', () => did.push('a'));
  scope.defer('b', () => {
    throw new Error('b is broken');
  });
  scope.defer('c', async () => {
    await Promise.resolve();
    did.push('c');
  });
  expect(await scope.end(OVER)).toEqual(OVER);
  expect(did).toEqual(['c', 'a']);
  expect(lines.map(({ fields }) => fields)).toEqual([{ what: 'b', error: 'b is broken' }]);
});

test('the first end counts', async () => {
  const first = scope.end(OVER);
  void scope.fail(new Error('too late'));
  expect(await scope.end({ reason: 'again', ok: false })).toEqual(OVER);
  expect(await first).toEqual(OVER);
  expect(lines).toEqual([]);
});

test('what does not close is not waited for beyond its time', async () => {
  scope.defer('a', () => did.push('a'));
  scope.defer('b', () => new Promise(() => {}), 700);
  const ended = scope.end(OVER);
  clock.advance(700);
  await ended;
  expect(did).toEqual(['a']);
  expect(clock.pending()).toEqual([]);
});

test('what is opened when the call is over is closed at once', async () => {
  await scope.end(OVER);
  scope.defer('a', () => did.push('a'));
  scope.clock.after(5, () => did.push('timer'));
  const emitter = new EventEmitter();
  scope.listen(emitter, 'event', () => did.push('event'));
  expect(did).toEqual(['a']);
  await expect.poll(clock.pending).toEqual([]);
  expect(emitter.listenerCount('event')).toBe(0);
});

test('timers and listeners end with the call', async () => {
  const emitter = new EventEmitter();
  scope.listen(emitter, 'event', () => did.push('event'));
  const stop = scope.listen(emitter, 'event', () => did.push('stopped'));
  stop();
  scope.clock.after(5, () => did.push('timer'));
  scope.clock.after(1000, () => did.push('late'));
  emitter.emit('event');
  clock.advance(5);
  expect(did).toEqual(['event', 'timer']);
  await scope.end(OVER);
  emitter.emit('event');
  clock.advance(2000);
  expect(did).toEqual(['event', 'timer']);
});

test.each([
  ['timer', () => scope.clock.after(0, broken)],
  ['listener', () => scope.listen(emitterThatEmits(), 'event', broken)],
  ['callback', () => scope.guard(broken)()],
])('a %s that throws ends the call with a fault', async (_, run) => {
  run();
  clock.advance(0);
  expect(await scope.ended).toEqual({ reason: 'internal error', ok: false });
  expect(lines[0]).toMatchObject({ level: 'error', fields: { error: { message: 'broken' } } });
});

const broken = () => {
  throw new Error('broken');
};

/** Emits as soon as somebody listens. */
function emitterThatEmits(): EventEmitter {
  const emitter = new EventEmitter();
  const on = emitter.on.bind(emitter);
  emitter.on = (name, listener) => {
    on(name, listener);
    emitter.emit(name);
    return emitter;
  };
  return emitter;
}

test('an opening is waited for until its deadline, the end of the call, or its own failure', async () => {
  const never = new Promise(() => {});
  const late = scope.open(never, { what: 'door', withinMs: 300 });
  clock.advance(300);
  await expect(late).rejects.toThrow('door: not done within 300 ms');
  await expect(scope.open(Promise.reject(new Error('no')), { what: 'door', withinMs: 300 })).rejects.toThrow(
    'no',
  );
  const waiting = scope.open(never, { what: 'door', withinMs: 300 });
  await Promise.all([scope.end(OVER), expect(waiting).rejects.toThrow('the call is over: over')]);
  expect(clock.pending()).toEqual([]);
});

test('what opens after the end of the call is closed', async () => {
  let open = () => {};
  const opening = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting = scope.open(opening, { what: 'door', withinMs: 300, whenLate: () => did.push('closed') });
  await Promise.all([scope.end(OVER), expect(waiting).rejects.toThrow('over')]);
  open();
  await opening;
  await Promise.resolve();
  expect(did).toEqual(['closed']);
});

test('a sleep leaves nothing at the call behind', async () => {
  const slept = scope.sleep(40);
  expect(getEventListeners(scope.signal, 'abort')).toHaveLength(1);
  clock.advance(40);
  await slept;
  expect(getEventListeners(scope.signal, 'abort')).toEqual([]);
});

test('a sleep is over with its time, or with the call', async () => {
  const slept = scope.sleep(40);
  clock.advance(40);
  await slept;
  const cut = scope.sleep(40);
  await scope.end(OVER);
  await cut;
  await scope.sleep(40);
});
