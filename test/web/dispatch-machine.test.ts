import { expect, test } from 'vitest';
import { atStart, observe, type Progress, type Sight } from '../../src/web/dispatch-machine.ts';

const nobody: Sight = { callerPresent: false, agent: 'absent' };
const alone: Sight = { callerPresent: true, agent: 'absent' };
const starting: Sight = { callerPresent: true, agent: 'starting' };
const served: Sight = { callerPresent: true, agent: 'present' };

/** Looks at the same sight every second; returns when requests were made, in seconds. */
function secondsOfRequests(
  sight: Sight,
  forSeconds: number,
  canAsk = true,
): { asked: number[]; last: Progress } {
  let progress = atStart;
  const asked: number[] = [];
  for (let second = 0; second <= forSeconds; second++) {
    const { after, ask } = observe(progress, sight, second * 1000, canAsk);
    if (ask) asked.push(second);
    progress = after;
  }
  return { asked, last: progress };
}

test('a caller without an agent is asked for again after 3 s, then ever more rarely, at most once a minute', () => {
  expect(secondsOfRequests(alone, 300).asked).toEqual([3, 8, 16, 29, 50, 84, 144, 204, 264]);
});

test('nothing is asked for while no caller is there, nor once the agent is', () => {
  expect(secondsOfRequests(nobody, 300).asked).toEqual([]);
  expect(secondsOfRequests(served, 300).asked).toEqual([]);
});

test('a job that a worker has taken is waited for instead of dispatched twice', () => {
  expect(secondsOfRequests(starting, 300).asked).toEqual([]);
});

test('a job that came to nothing is followed by a request at once', () => {
  const { last } = secondsOfRequests(starting, 10);
  expect(observe(last, alone, 11_000, true).ask).toBe(true);
});

test('the state tells waiting, asking again, nobody answers, and joined apart', () => {
  expect(secondsOfRequests(nobody, 5).last.state).toBe('waiting-for-caller');
  expect(secondsOfRequests(alone, 2).last.state).toBe('waiting');
  expect(secondsOfRequests(alone, 3).last).toMatchObject({ state: 'asking-again', attempts: 1 });
  expect(secondsOfRequests(alone, 16).last).toMatchObject({ state: 'unavailable', attempts: 3 });
  expect(secondsOfRequests(served, 1).last.state).toBe('joined');
});

test('a caller who leaves and comes back gets the full wait again', () => {
  const { last } = secondsOfRequests(alone, 100);
  const { after } = observe(last, nobody, 101_000, true);
  expect(after).toEqual(atStart);
});

test('automatic dispatch is never asked for, only reported as missing', () => {
  const { asked, last } = secondsOfRequests(alone, 60, false);
  expect(asked).toEqual([]);
  expect(last).toMatchObject({ state: 'unavailable', attempts: 0 });
});

test('busy lines are told from the first request on; requests go on, and one is made the moment a line is free', () => {
  const busy: Sight = { ...alone, lines: 'busy' };
  const { asked, last } = secondsOfRequests(busy, 60);
  expect(asked).toEqual([3, 8, 16, 29, 50]);
  expect(last.state).toBe('busy');
  const { after, ask } = observe(last, alone, 61_000, true);
  expect([after.state, ask]).toEqual(['unavailable', true]);
  expect(observe(after, alone, 62_000, true).ask).toBe(false);
});
