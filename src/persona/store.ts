import { isDeepStrictEqual } from 'node:util';
import { AppError, messageOf } from '../errors.ts';
import { readFolder, type Stop, watchFolder } from './folder.ts';
import { keepOnDisk, type LastGood } from './last-good.ts';
import type { Persona, PersonaLog } from './persona.ts';
import { type Personas, readAll, textsOf } from './read-all.ts';
import { createReporter } from './report.ts';

export type { Persona, PersonaLog, Stop };

/** An editor writes a file in several steps; Kubernetes swaps a folder in several events. */
const SETTLE_MS = 200;
/** Finds changes on file systems that report none. */
const POLL_MS = 5000;

export interface PersonaStoreOptions {
  dir: string;
  log: PersonaLog;
  /** Log at debug only, in processes beside the one that watches: each fault is then said once. */
  quiet?: boolean;
  /** Where versions survive for processes that start after a bad edit; default a file in the temporary folder. */
  lastGood?: LastGood;
  readFolder?: typeof readFolder;
  watchFolder?: typeof watchFolder;
}

/** The prompt files of one folder. */
export interface PersonaStore {
  /**
   * Reads every file again and swaps the whole set: cheap enough for the start of every call. A broken file
   * keeps its last good version, a removed one is gone, and nothing changes while the folder is unreadable.
   *
   * @throws PersonaError or AppError only while there is no usable prompt at all.
   */
  load(): Promise<void>;
  get(name: string): Persona | undefined;
  /** By name. */
  list(): Persona[];
  /** Files that could not be used as they were at the last load; 1 where the folder could not be read. */
  broken(): number;
  /** Loads on every change of the folder, until stopped. */
  watch(): Stop;
}

export function createPersonaStore(options: PersonaStoreOptions): PersonaStore {
  const { dir, log, lastGood = keepOnDisk(dir), readFolder: read = readFolder } = options;
  const report = createReporter(log, options.quiet ?? false);
  let current: Personas = new Map();
  let broken = 0;
  let queue: Promise<void> = Promise.resolve();

  async function loadOnce(): Promise<void> {
    // The disk wins over this process's memory: another process may have seen a newer good version.
    const onDisk = await lastGood.read();
    const { personas, faults } = readAll(dir, await read(dir), { ...textsOf(current), ...onDisk });
    if (personas.size === 0) throw faults[0]?.error ?? noPrompts(dir);
    broken = faults.length;
    report.faults(faults);
    report.changes(current, personas);
    current = personas;
    if (isDeepStrictEqual(onDisk, textsOf(current))) return;
    await lastGood.write(textsOf(current)).catch((error: unknown) => {
      log.debug({ error: messageOf(error) }, 'last good prompts cannot be kept on disk');
    });
  }

  function load(): Promise<void> {
    const loaded = queue.then(loadOnce).catch((error: unknown) => {
      if (current.size === 0 || !(error instanceof AppError)) throw error;
      broken = 1;
      report.faults([{ error, usable: true }]);
    });
    queue = loaded.catch(() => {});
    return loaded;
  }

  return {
    load,
    get: (name) => current.get(name)?.persona,
    list: () => [...current.values()].map(({ persona }) => persona),
    broken: () => broken,
    watch: () =>
      watchAndPoll(dir, options.watchFolder ?? watchFolder, () => {
        load().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'prompts cannot be loaded'));
      }),
  };
}

function watchAndPoll(dir: string, watch: typeof watchFolder, onChange: () => void): Stop {
  let settling: NodeJS.Timeout | undefined;
  const polling = setInterval(onChange, POLL_MS).unref();
  const unwatch = watch(dir, () => {
    clearTimeout(settling);
    settling = setTimeout(onChange, SETTLE_MS).unref();
  });
  return () => {
    unwatch();
    clearInterval(polling);
    clearTimeout(settling);
  };
}

function noPrompts(dir: string): AppError {
  return new AppError(`no prompt file in ${dir}`, {
    hint: 'put a default.md there: its text is what the agent is told; a name starting with "_" is only a part',
  });
}
