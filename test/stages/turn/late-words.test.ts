import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

test('that are not known 800 ms after the last sound are late, and it is told when they come', async () => {
  const call = callerOver();
  call.speak(960);
  call.quiet(799);
  expect(call.words).toEqual([]);
  call.quiet(1);
  expect(call.words).toEqual(['late, last sound at 960']);
  await call.last().is('My line is down.');
  expect(call.words.slice(1)).toEqual(['known, last sound at 960']);
});

test('of words that come in time nothing is told', async () => {
  const call = callerOver();
  call.speak(960);
  call.quiet(300);
  await call.last().is('My line is down.');
  call.quiet(3000);
  expect(call.words).toEqual([]);
});

test.each([
  ['that hold nothing', (call: ReturnType<typeof callerOver>) => call.last().is('')],
  ['whose request fails', (call: ReturnType<typeof callerOver>) => call.last().fails()],
])('late words %s are nothing', async (_what, end) => {
  const call = callerOver();
  call.speak(960);
  call.quiet(1000);
  await end(call);
  expect(call.words.at(-1)).toBe('nothing, last sound at 960');
});

test('a caller who speaks again ends the wait for late words', () => {
  const call = callerOver();
  call.speak(960);
  call.quiet(1000);
  call.speak(320);
  expect(call.words.at(-1)).toBe('speaking, last sound at 960');
});

test('a click is not waited for', () => {
  const click = callerOver();
  click.speak(160);
  click.quiet(2000);
  expect(click.words).toEqual([]);
});

test('words over an agent that is busy may be late too, as it may only think', () => {
  const overlap = callerOver({ busy: true });
  overlap.speak(960);
  overlap.quiet(2000);
  expect(overlap.words).toEqual(['late, last sound at 960']);
});

test('the echo of a filler that is heard meanwhile is no speech of the caller’s', async () => {
  let isHeard = false;
  const call = callerOver({ echo: { isHeard: () => isHeard, was: () => false } });
  call.speak(960);
  call.quiet(1000);
  isHeard = true;
  call.speak(960);
  expect(call.log).not.toContain('abort');
  isHeard = false;
  call.quiet(32);
  await call.last().is('My line is down.');
  call.quiet(1000);
  expect(call.log.at(-1)).toBe('ended My line is down.');
});
