import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../errors.ts';
import type { Control } from '../standin/control.ts';
import type { Route } from '../standin/faults.ts';
import type { Entry } from '../standin/journal.ts';
import type { AnswerLength } from './answers.ts';
import type { Utterance } from './corpus.ts';
import type { Answered, Numbered, Order } from './endpoints-messages.ts';
import type { Speeds } from './profile.ts';

const PROGRAM = fileURLToPath(new URL('endpoints-process.ts', import.meta.url));

/** The endpoints that a bench talks to, where they are simulated. */
export interface Endpoints {
  /** Base URL of STT, LLM and TTS. */
  readonly baseUrl: string;
  readonly pid: number | undefined;
  /** Tells the transcription endpoint what is being said; it answers with the part of it that it was sent. */
  expect(utterances: readonly Utterance[]): Promise<void>;
  answer(length: AnswerLength): Promise<void>;
  /** Changes what the stand-ins do: faults, speeds. */
  control(change: Control): Promise<void>;
  /** Requests since the one with this id, oldest first. */
  journal(after: number): Promise<Entry<Route>[]>;
  close(): void;
}

/**
 * Starts them in a process of their own.
 *
 * @param dir - gets speech that the transcription made nothing of, as WAV.
 * @throws AppError when it cannot start.
 */
export async function startEndpoints(speeds: Speeds, dir: string): Promise<Endpoints> {
  const child = fork(PROGRAM, { execArgv: process.execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const waiting = new Map<number, { resolve(answer: Answered): void; reject(error: Error): void }>();
  let lastId = 0;
  let ended: AppError | undefined;
  child.on('message', (answer: Answered) => {
    const { resolve, reject } = waiting.get(answer.id) ?? {};
    waiting.delete(answer.id);
    if (answer.error === undefined) resolve?.(answer);
    else reject?.(new AppError(`simulated endpoints: ${answer.error}`));
  });
  child.once('exit', (code) => {
    ended = new AppError(`the process of the simulated endpoints ended with ${code}`);
    for (const { reject } of waiting.values()) reject(ended);
  });
  const give = (order: Order) =>
    new Promise<Answered>((resolve, reject) => {
      if (ended) return reject(ended);
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.send({ id: lastId, order } satisfies Numbered);
    });
  const { baseUrl = '' } = await give({ do: 'listen', speeds, dir });
  return {
    baseUrl,
    pid: child.pid,
    expect: async (utterances) => void (await give({ do: 'expect', utterances })),
    answer: async (length) => void (await give({ do: 'answer', length })),
    control: async (change) => void (await give({ do: 'control', change })),
    journal: async (after) => (await give({ do: 'journal', after })).entries ?? [],
    close: () => child.kill(),
  };
}
