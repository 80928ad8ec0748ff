import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import type { Utterance } from '../../src/probe/microphone.ts';
import type { Sound } from '../../src/probe/wav.ts';
import type { StandIn } from '../../src/standin/server.ts';
import { answerAfter, expectHeard } from '../e2e/hearing.ts';
import { type Stack, type StackOptions, useStack } from '../e2e/stack.ts';
import { utterance } from '../e2e/utterance.ts';
import type { LogLine } from '../e2e/worker.ts';
import { atMost } from '../helpers/at-most.ts';
import type { RowName } from './rows.ts';

export const QUESTION = 'Is my data plan still active?';
export const ANSWER = 'Yes, it is active until March.';
export const LONG_ANSWER = [
  'There was once a fisherman who lived by the sea with his wife and three daughters.',
  'Every morning he rowed out before the sun rose, and every evening he came home with an empty net.',
  'One day he caught a golden fish that could speak, and it begged him to let it go.',
];
export const APOLOGY = 'Sorry, something went wrong.';
export const GREETING = 'Hello, how can I help?';

/** A prompt file with a greeting and an apology, and more lines of front matter. */
export const promptWith = (...lines: string[]): string =>
  [
    '---',
    'language: en',
    `greeting: ${GREETING}`,
    `apology: ${APOLOGY}`,
    ...lines,
    '---',
    'You answer calls.',
  ].join('\n');

/** A stack whose worker is as small as can be: many of them run on one machine. */
export const useRows = ({ env, ...rest }: StackOptions): (() => Stack) =>
  useStack({ ...rest, env: { ...SMALL, ...env } });

const SMALL = {
  ...{ HOSTS: '1', SPARE_HOSTS: '0' },
  ...{ MAX_CALLS: '20', CALLS_PER_HOST: '20', WEB_ENABLED: 'false' },
};

/** One call, for one row. */
export interface Scene {
  standIn: StandIn;
  caller: Guest;
  /** Speaks the question. */
  speak(): Promise<Utterance>;
  /** Speaks the question; returns what the agent says then, until it is quiet. */
  ask(): Promise<Sound>;
  /** Fails unless exactly these texts were heard. */
  hears(heard: Sound, ...texts: string[]): Promise<void>;
  /** Speaks the question; returns all that is heard from then until the turn is answered. */
  askUntilAnswered(timeoutMs?: number): Promise<Sound>;
  /** Asks, and fails unless exactly these texts are heard. */
  askAndHear(...texts: string[]): Promise<void>;
  /** By how much a counter of the worker has grown since the row began. */
  grown(series: string): Promise<number>;
  /** Waits until it has grown so much, since what a log line says is counted a moment later; fails where it has grown more. */
  grownBy(series: string, count: number): Promise<void>;
  /** Lines that the worker has logged since the row began. */
  log(): readonly LogLine[];
  /** Waits for such a line, with these fields. */
  logged(msg: string, fields?: Record<string, unknown>): Promise<LogLine>;
  /** Waits until so many transcripts were dropped for this reason since the row began. */
  dropped(reason: string, count?: number): Promise<void>;
}

export interface SceneOptions {
  /** Of the call; default 60 s. */
  timeoutMs?: number;
  prompt?: string;
  /** Default: the stack's worker. */
  agentName?: string;
  /** Before the call; default: the question is understood and answered. */
  setUp?(standIn: StandIn): void;
}

/** Calls of all stacks; with more, two slow processors are too few (a call takes a third of one) and the sound is torn. */
const inTurn = atMost(3);
/** Of one stack: rows that follow each other take longest, and shall not wait for all of these. */
const besideInTurn = atMost(2);
/** The beginning of a call takes most of the processor. */
const joinInTurn = atMost(1);
/** Longest wait for the others. */
const WAITS_MS = 900_000;

/** The test of a row: a call to a stack of the file, whose greeting is over when `run` begins. */
export function behaviour(
  row: RowName,
  stack: () => Stack,
  options: SceneOptions,
  run: (scene: Scene) => Promise<void>,
): void {
  const { timeoutMs = 60_000 } = options;
  test.sequential(row, { timeout: WAITS_MS + timeoutMs }, () => inTurn(() => play(stack(), options, run)));
}

/**
 * The same, at the same time as the file's other rows of this kind: for a stack that is `sideBySide`, and rows that leave
 * its stand-ins as they are. Logs and counters are those of all rows: look for the caller among the lines.
 */
export function sideBySide(
  row: RowName,
  stack: () => Stack,
  options: SceneOptions,
  run: (scene: Omit<Scene, 'grown' | 'grownBy'>) => Promise<void>,
): void {
  const { timeoutMs = 60_000 } = options;
  const playAndLeave = async () => {
    const { leave } = await play(stack(), options, run);
    await leave();
  };
  test.concurrent(row, { timeout: WAITS_MS + timeoutMs }, () => besideInTurn(() => inTurn(playAndLeave)));
}

async function play(
  stack: Stack,
  { prompt = 'default', agentName, setUp }: SceneOptions,
  run: (scene: Scene) => Promise<void>,
): Promise<Guest> {
  const { standIn, callers, worker } = stack;
  standIn.control({ stt: { always: QUESTION }, llm: { always: ANSWER } });
  setUp?.(standIn);
  const before = await metricsOf(stack);
  const logBegan = worker.log.length;
  const caller = await joinInTurn(() => callers.call({ prompt, ...(agentName && { agentName }) }));
  await answerAfter(caller, caller.joinedAtMs);
  const question = await utterance(QUESTION);
  const speak = () => caller.speak(question);
  const ask = async () => answerAfter(caller, (await speak()).lastVoicedAtMs);
  const hears = (heard: Sound, ...texts: string[]) => expectHeard(standIn, heard, texts);
  const grown = async (series: string) => totalOf(await metricsOf(stack), series) - totalOf(before, series);
  const linesOf = (msg: string, fields: Record<string, unknown>) =>
    worker.log.slice(logBegan).filter((one) => one.msg === msg && holds(one, fields));
  const line = (msg: string, fields: Record<string, unknown> = {}, count = 1) =>
    worker.until(`${count} log lines «${msg}»`, () => linesOf(msg, fields)[count - 1], 20_000);
  const askUntilAnswered = async (timeoutMs = 60_000) => {
    const turns = () => caller.events.filter(({ type }) => type === 'turn').length;
    const answered = turns();
    const { lastVoicedAtMs } = await speak();
    await caller.until('an answered turn', () => turns() > answered, timeoutMs);
    const endMs = await caller.waitForSilence({ afterMs: performance.now(), timeoutMs: 20_000 });
    return caller.heard.between(lastVoicedAtMs, endMs);
  };
  await run({
    ...{ standIn, caller, speak, ask, askUntilAnswered, hears },
    askAndHear: async (...texts) => hears(await ask(), ...texts),
    grown,
    grownBy: async (series, count) => {
      await caller.until(`${series} to grow by ${count}`, async () => (await grown(series)) >= count, 10_000);
      expect(await grown(series), series).toBe(count);
    },
    log: () => worker.log.slice(logBegan),
    logged: (msg, fields) => line(msg, fields),
    dropped: async (reason, count) => {
      await line('transcript dropped', { reason }, count);
    },
  });
  expect(caller.left, 'the call goes on').toBeUndefined();
  return caller;
}

/** The page `/metrics` of a stack's worker. */
export async function metricsOf({ worker }: Pick<Stack, 'worker'>): Promise<string> {
  const { url } = await worker.logged('health listening');
  return (await fetch(`${url}/metrics`)).text();
}

/** Sum of all series of a name whose labels contain those given, such as `name{endpoint="llm"}`. */
export function totalOf(metrics: string, series: string): number {
  const [name = '', labels = ''] = series.replace(/}$/, '').split('{');
  const wanted = labels.split(',').filter(Boolean);
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

const holds = (line: LogLine, fields: Record<string, unknown>): boolean =>
  Object.entries(fields).every(([key, value]) => line[key] === value);
