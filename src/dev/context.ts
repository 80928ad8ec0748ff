import { fileURLToPath } from 'node:url';
import type { Sources } from '../config/load.ts';
import type { Service } from './child.ts';
import type { Plan } from './plan.ts';
import type { PortChoice } from './ports.ts';
import type { Screen } from './screen.ts';
import type { Supervised } from './supervise.ts';

/** What everything that one `npm run dev` starts has in common. */
export interface Context {
  sources: Sources;
  plan: Plan;
  screen: Screen;
  logDir: string;
  /** `host:port` of a Redis for a LiveKit of ours; default none. */
  redisAddress?: string;
  /** Keeps it running until dev ends. */
  keep(name: string, start: () => Service): Supervised;
}

/** Node's arguments for a program of ours, run as this one is run: by tsx from source, plainly from `dist`. */
export function nodeArgs(program: string, ...args: readonly string[]): string[] {
  const extension = import.meta.filename.endsWith('.ts') ? '.ts' : '.js';
  return [...process.execArgv, fileURLToPath(new URL(`../${program}${extension}`, import.meta.url)), ...args];
}

/** The chosen port, once it was said who kept us from the wanted one. */
export function tellTaken(screen: Screen, what: string, { port, taken }: PortChoice): number {
  if (taken) screen.say(`Port ${taken.port} is taken by ${taken.holder}: ${what} gets ${port}`);
  return port;
}
