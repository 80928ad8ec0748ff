import { readFile } from 'node:fs/promises';
import type { Config } from '../../../config/schema.ts';
import { AppError, messageOf } from '../../../errors.ts';
import { createLog } from '../../../observe/log.ts';
import { systemClock } from '../../../openai/clock.ts';
import { createPersonaStore } from '../../../persona/store.ts';
import { variablesOf } from '../../../persona/variables.ts';
import { hoursSchema } from '../../hours.ts';
import { loadSetup } from '../../load-setup.ts';
import { createDialler, type Dialler } from '../dialler.ts';
import { Journal } from './journal.ts';
import { type ListEntry, readDoNotCall, readList } from './read-list.ts';
import { type ListResult, runList } from './run-list.ts';
import { textOf } from './text-of.ts';

export interface ListFlags {
  file: string;
  prompt?: string;
  trunk?: string;
  doNotCall?: string;
  /** Such as `mon-fri 09:00-18:00`. */
  hours?: string;
  timezone?: string;
  journal?: string;
  atOnce: number;
  attempts: number;
  /** The list is read, and nobody is called. */
  dryRun?: boolean;
}

export interface ListCommandParts {
  dialler?: Dialler;
  print?(text: string): void;
  /** Ends the run; default: SIGINT and SIGTERM do. */
  signal?: AbortSignal;
}

/**
 * `voice-agent dial --file`: calls the numbers of a list, and prints how often each result stands at the end.
 *
 * @returns the exit code: 0 where each number has its last result.
 * @throws AppError that names every bad line, before anybody is called.
 */
export async function runDialList(
  config: Config,
  flags: ListFlags,
  { dialler, print = console.log, signal = endBySignals() }: ListCommandParts = {},
): Promise<number> {
  const log = createLog({ ...config.log, destination: process.stderr });
  const hours = hoursOf(flags.hours);
  const entries = await entriesOf(config, flags);
  if (flags.dryRun) {
    print(JSON.stringify({ numbers: entries.length }));
    return 0;
  }
  const journal = await Journal.open(flags.journal ?? `${flags.file}.journal`);
  try {
    const { dial } = dialler ?? createDialler({ config, log });
    const { trunk, atOnce, attempts } = flags;
    const run = { entries, dial, journal, trunk, hours, atOnce, attempts, log, signal };
    const result = await runList({ ...run, clock: systemClock, wallNow: Date.now });
    print(JSON.stringify(result));
    return isWhole(result) ? 0 : 1;
  } finally {
    await journal.close();
  }
}

const isWhole = ({ later = 0 }: ListResult): boolean => later === 0;

async function entriesOf(config: Config, flags: ListFlags): Promise<ListEntry[]> {
  const setup = await loadSetup(config.phone.setup);
  const store = createPersonaStore({
    dir: config.agent.promptsDir,
    log: { debug() {}, info() {}, warn() {} },
  });
  await store.load();
  const prompts = new Map(store.list().map((persona) => [persona.name, variablesOf(persona)]));
  const { file, prompt = config.agent.prompt, trunk, timezone, doNotCall } = flags;
  const blocked =
    doNotCall === undefined ? new Set<string>() : readDoNotCall(doNotCall, await read(doNotCall), setup);
  return readList(file, await read(file), { setup, prompts, prompt, trunk, timezone, doNotCall: blocked });
}

async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new AppError(`${file} cannot be read: ${messageOf(error)}`);
  });
  return textOf(bytes, file);
}

/** @throws AppError with what is wanted. */
export function hoursOf(text: string | undefined): ReturnType<typeof hoursSchema.parse> | undefined {
  if (text === undefined) return undefined;
  const [days = '', ...times] = text.trim().split(/\s+/);
  const result = hoursSchema.safeParse({ timezone: 'UTC', open: { [days]: times } });
  if (result.success && times.length > 0) return result.data;
  throw new AppError(`--hours ${text}: want days and times such as "mon-fri 09:00-12:00 14:00-18:00"`);
}

/** The first of them ends the run once what rings has ended; a second one ends the program. */
function endBySignals(): AbortSignal {
  const end = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => end.abort());
  return end.signal;
}
