import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';

/** Names the folder of a run's logs and notes; it outlives the node. */
export const LOG_DIR_VARIABLE = 'VOICE_AGENT_CLUSTER_LOGS';

export interface Timing {
  what: string;
  ms: number;
}

/** @throws AppError outside a run. */
export function logDir(): string {
  const dir = process.env[LOG_DIR_VARIABLE];
  if (dir) return dir;
  throw new AppError('The cluster tests need their node.', {
    hint: 'run them by `npm run test:cluster`, with a file name to run one',
  });
}

/** Puts a step's time into the table that is printed at the end. */
export function noteTime(what: string, ms: number): void {
  appendFileSync(join(logDir(), 'times'), `${JSON.stringify({ what, ms })}\n`);
}

/** What was noted in a run's folder. */
export function notedTimes(dir: string): Timing[] {
  const file = join(dir, 'times');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line) as Timing);
}
