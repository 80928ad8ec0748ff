import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a worker of ours by this name has its log. */
export const logOf = (dir: string, agentName: string): string => join(dir, `worker-own-${agentName}.log`);

/** The lines of a log with this message, oldest first. */
export async function linesOf(log: string, msg: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(log, 'utf8')).split('\n');
  const found = lines.filter((line) => line.includes(JSON.stringify(msg)) && line.endsWith('}'));
  return found.map((line) => JSON.parse(line));
}
