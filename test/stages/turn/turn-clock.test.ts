import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

/** A caller whose turn would end in 5 ms. */
async function nearlyDone() {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().is('My line is down.');
  call.quiet(495);
  return call;
}

/** Sound in a silence, which the detector does not call speech (yet): every 10 ms. */
function stir(call: Awaited<ReturnType<typeof nearlyDone>>, ms: number): void {
  for (let at = 0; at < ms; at += 10) {
    call.turn.silence(600 + at, true);
    call.clock.advance(10);
  }
}

test('a turn does not end while something is heard that turns out to be the caller who goes on', async () => {
  const call = await nearlyDone();
  stir(call, 60);
  call.speak(64);
  expect(call.log).not.toContain('ended My line is down.');
  expect(call.log.at(-1)).toBe('abort');
});

test('the first window of speech puts off the end as well', async () => {
  const call = await nearlyDone();
  call.turn.speech(32);
  call.clock.advance(31);
  call.turn.speech(64);
  expect(call.log.at(-1)).toBe('abort');
});

test('noise that is no speech puts off the end for 130 ms at most, a click for 40', async () => {
  const noisy = await nearlyDone();
  stir(noisy, 130);
  expect(noisy.log.at(-1)).not.toContain('ended');
  stir(noisy, 20);
  expect(noisy.log.at(-1)).toBe('ended My line is down.');
  const click = await nearlyDone();
  stir(click, 10);
  click.clock.advance(40);
  expect(click.log.at(-1)).toBe('ended My line is down.');
});

test('where more than a tenth of the silence is heard it is the background, and puts off nothing', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().is('My line is down.');
  for (let ms = 100; ms < 600; ms += 10) {
    call.turn.silence(ms, ms < 180 || ms === 590);
    call.clock.advance(10);
  }
  expect(call.log.at(-1)).toBe('ended My line is down.');
});

test('a turn that is too long is cut whatever is heard', async () => {
  const call = callerOver({}, { maxTurnMs: 500 });
  call.speak(480);
  call.quiet(100);
  call.turn.silence(100, true);
  call.clock.advance(20);
  call.turn.speech(32);
  call.turn.speech(64);
  await call.last().is('On and on.');
  expect(call.log.at(-1)).toBe('cut On and on.');
});
