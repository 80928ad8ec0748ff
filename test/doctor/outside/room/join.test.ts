import { expect, test } from 'vitest';
import { joinByRelay } from '../../../../src/doctor/outside/room/join.ts';
import { NoMediaPath } from '../../../../src/doctor/outside/room/room.ts';
import { AppError } from '../../../../src/errors.ts';

const WEBRTC = {} as Parameters<typeof joinByRelay>[0];

/** Joins, where each attempt ends as listed; the time that each had. */
async function join(ends: readonly (Error | 'in')[], signal = new AbortController().signal) {
  const givenMs: number[] = [];
  const once = async (_: unknown, __: unknown, withinMs: number) => {
    const end = ends[givenMs.length];
    givenMs.push(withinMs);
    if (end !== 'in') throw end;
    return { isSecondAttempt: false };
  };
  const turn = { url: 'turn:127.0.0.1:3478', username: 'u', credential: 'c' };
  const options = { url: 'ws://127.0.0.1:7880', token: 't', turn, signal };
  const joined = joinByRelay(WEBRTC, options, once as unknown as Parameters<typeof joinByRelay>[2]);
  return { givenMs, joined: await joined.catch((error) => error) };
}

test('a join that stays without a path for media is tried once more, and says so', async () => {
  expect(await join(['in'])).toEqual({ givenMs: [5000], joined: { isSecondAttempt: false } });
  const second = await join([new NoMediaPath('none'), 'in']);
  expect(second).toEqual({ givenMs: [5000, 7000], joined: { isSecondAttempt: true } });
  const twice = await join([new NoMediaPath('none'), new NoMediaPath('none again')]);
  expect(twice.joined).toEqual(new NoMediaPath('none again'));
});

test('what is refused is refused at once, and who interrupts is not kept waiting', async () => {
  expect((await join([new AppError('LiveKit answers 401')])).givenMs).toEqual([5000]);
  expect((await join([new NoMediaPath('none')], AbortSignal.abort())).givenMs).toEqual([5000]);
});
