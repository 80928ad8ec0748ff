import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import { type AskedWorker, statusOfWorkers, type WorkersParts } from '../observe/workers.ts';
import { callsTable } from './calls-table.ts';

export interface CallsFlags {
  /** Where workers serve health. */
  url: string;
  json?: boolean;
  once?: boolean;
}

export interface CallsParts {
  print?(text: string): void;
  /** A terminal, whose screen is written over. */
  isTerminal?: boolean;
  signal?: AbortSignal;
  workers?: Omit<WorkersParts, 'url'>;
}

const REFRESH_MS = 2000;
const HOME_AND_CLEAR = '\u001b[H\u001b[J';

/**
 * `voice-agent calls`: what runs in all workers, as a table that is drawn anew every two seconds in a terminal until `signal`,
 * or once. Exit code 1: a worker does not answer, or there is none.
 */
export async function printCalls(
  { url, once, json }: CallsFlags,
  {
    print = (text) => process.stdout.write(text),
    isTerminal = process.stdout.isTTY,
    signal,
    workers,
  }: CallsParts = {},
): Promise<number> {
  const isOnce = once || json || !isTerminal;
  for (;;) {
    const asked = await statusOfWorkers({ ...workers, url });
    const text = json ? JSON.stringify(asked, null, 2) : callsTable(asked, url);
    print(isOnce ? `${text}\n` : `${HOME_AND_CLEAR}${text}\n`);
    if (isOnce) return isWell(asked) ? 0 : 1;
    await delay(REFRESH_MS, undefined, { signal }).catch(() => {});
    if (signal?.aborted) return 0;
  }
}

/** Where the settings say that workers serve health: `WORKERS_URL`, or the health port of this machine. */
export const workersUrl = ({ agent, web }: Pick<Config, 'agent' | 'web'>): string =>
  web.workersUrl ?? `http://127.0.0.1:${agent.healthPort}`;

const isWell = (asked: readonly AskedWorker[]) => asked.length > 0 && asked.every((one) => 'status' in one);
