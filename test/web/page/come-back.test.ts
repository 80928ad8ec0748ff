import { beforeEach, expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Problem {
  code: string;
  title: string;
  detail?: string;
  level?: string;
}
interface ComeBack {
  url: string;
  withinMs: number;
  isOver(): boolean;
  join(): Promise<void>;
  show(problem: Problem): void;
  answers(): Promise<boolean>;
  pause(ms: number): Promise<void>;
  now(): number;
}

const { comeBack } = await pageModule<{ comeBack(parts: ComeBack): Promise<Problem | undefined> }>(
  'come-back.js',
);
const { ProblemError } = await pageModule<{ ProblemError: new (problem: object) => Error }>('problem.js');
const { isBrokenOff, endProblem } = await pageModule<{
  isBrokenOff(problem: Problem | undefined): boolean;
  endProblem(reason: string | undefined, ending: string | undefined): Problem | undefined;
}>('connection-problem.js');

let nowMs: number;
let pauses: number[];
let shown: Problem[];
let joins: number;
beforeEach(() => {
  nowMs = 0;
  pauses = [];
  shown = [];
  joins = 0;
});

/** LiveKit is away until `backMs`; `join` does what is given. */
function tryAgain(backMs: number, join: () => Promise<void> = async () => {}, more: Partial<ComeBack> = {}) {
  return comeBack({
    ...{ url: 'wss://livekit.example', withinMs: 300_000, isOver: () => false },
    async join() {
      joins += 1;
      await join();
    },
    show: (problem) => shown.push(problem),
    answers: async () => nowMs >= backMs,
    async pause(ms) {
      pauses.push(ms);
      nowMs += ms;
    },
    now: () => nowMs,
    ...more,
  });
}

test('a LiveKit that is away for two minutes is tried every second, and joined once it answers', async () => {
  expect(await tryAgain(120_000)).toBeUndefined();
  expect(joins, 'and no token was asked for before').toBe(1);
  expect(nowMs).toBeLessThanOrEqual(121_000);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1000);
  expect(shown[0]).toMatchObject({
    code: 'reconnecting',
    level: 'notice',
    title: expect.stringContaining('lost'),
  });
  expect(shown.at(-1)?.detail).toMatch(/^No answer for 1(19|20) s/);
});

test('a join that fails is tried again', async () => {
  const fails = async () => {
    if (joins < 3)
      throw joins === 1 ? new ProblemError({ code: 'livekit-unreachable' }) : new Error('closed');
  };
  expect(await tryAgain(0, fails)).toBeUndefined();
  expect(joins).toBe(3);
});

test.each(['resume-over', 'not-allowed', 'credential', 'token-refused'])(
  'what another try does not change ends it: %s',
  async (code) => {
    const fails = () => Promise.reject(new ProblemError({ code }));
    expect(await tryAgain(0, fails)).toEqual({ code });
    expect(joins).toBe(1);
  },
);

test('it is given up once the conversation is gone', async () => {
  expect(await tryAgain(Number.POSITIVE_INFINITY)).toMatchObject({
    code: 'connection-lost',
    action: 'retry',
  });
  expect(nowMs).toBeGreaterThanOrEqual(300_000);
  expect(nowMs).toBeLessThan(303_000);
});

test('a caller who hangs up meanwhile is not connected, and shown nothing more', async () => {
  expect(await tryAgain(0, undefined, { isOver: () => nowMs > 0 })).toBeUndefined();
  expect(joins).toBe(0);
  expect(shown).toHaveLength(1);
});

test.each([
  ['SERVER_SHUTDOWN', undefined, true],
  ['SIGNAL_CLOSE', undefined, true],
  [undefined, undefined, true],
  ['CLIENT_INITIATED', undefined, false],
  ['DUPLICATE_IDENTITY', undefined, false],
  ['PARTICIPANT_REMOVED', undefined, false],
  ['ROOM_DELETED', undefined, false],
  ['SIGNAL_CLOSE', 'idle', false],
])('an end by %s after the agent said %s broke off: %s', (reason, ending, is) => {
  expect(isBrokenOff(endProblem(reason, ending))).toBe(is);
});
