import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import type { RecordedEvent } from './call-record.ts';
import { Delivery } from './delivery.ts';
import { RecordsFolder, workerIdOf } from './folder.ts';
import { ALIVE_EVERY_MS, claimLeftovers, sayAlive, sayGone } from './leftovers.ts';
import { Records } from './records.ts';
import { createRedaction } from './redact.ts';
import { type Kept, sweep } from './retention.ts';

/** The folder is looked through so often, and what other workers left with it. */
const SWEEP_EVERY_MS = 60_000;
/** At the end of the process, what is being written and sent may end; the rest stays in the folder. */
const CLOSE_WITHIN_MS = 5000;

export interface OpenParts {
  config: Pick<Config, 'records'>;
  clock: Clock;
  log: Log;
  report: Report;
}

/** What the worker's process tells its records of. */
export interface CallRecords {
  happened(event: RecordedEvent): void;
  over(callId: string, reason: string): void;
  /** What waits to be delivered, and how much is kept; nothing where nothing is kept. */
  kept(): { webhook: number; s3: number; bytes: number } | undefined;
  /** Writes what is to be written, and leaves the rest to the next worker. Resolves within seconds. */
  close(): Promise<void>;
}

/** @throws AppError for settings that do not work, and what the file system says of a folder that cannot be written. */
export async function openRecords({ config, clock, log, report }: OpenParts): Promise<CallRecords> {
  const redact = await createRedaction(config.records);
  const shared = { config, clock, log, report };
  const { dir } = config.records;
  if (!dir)
    return onlySummaries(
      new Records({ ...shared, folder: undefined, delivery: undefined, redact, isFull: () => false }),
    );
  const folder = new RecordsFolder(dir, workerIdOf(process.pid));
  const delivery = new Delivery({ ...shared, folder });
  let kept: Kept = { bytes: 0, isFull: false };
  const records = new Records({ ...shared, folder, delivery, redact, isFull: () => kept.isFull });
  const house = async (isFirst: boolean) => {
    const leftovers = await claimLeftovers(folder, Date.now(), isFirst);
    await sayAlive(folder, Date.now());
    if (isFirst) await delivery.load();
    for (const leftover of leftovers) await records.takeOver(leftover);
    const { keepDays, maxMb } = config.records;
    const wasFull = kept.isFull;
    kept = await sweep({ folder, keepDays, mostBytes: maxMb * 2 ** 20, nowMs: Date.now() });
    if (kept.isFull && !wasFull) {
      log.error({ dir, maxMb }, 'RECORDS_DIR is full of what is not delivered: nothing new is kept');
      report({ fact: 'record-failed', what: 'record' });
    }
  };
  // A disk that is full for now is no reason to take no calls.
  await house(true).catch((error) => {
    log.error({ dir, error: messageOf(error) }, 'RECORDS_DIR cannot be used: it is tried again');
    report({ fact: 'record-failed', what: 'record' });
  });
  const stop = [
    every(SWEEP_EVERY_MS, clock, () => house(false), log),
    every(ALIVE_EVERY_MS, clock, () => sayAlive(folder, Date.now()), log),
  ];
  return {
    happened: (event) => records.happened(event),
    over: (callId, reason) => records.over(callId, reason),
    kept: () => ({ ...delivery.waiting, bytes: kept.bytes }),
    async close() {
      const all = Promise.all(stop.map((one) => one()))
        .then(() => records.settled())
        .then(() => delivery.close());
      await within(CLOSE_WITHIN_MS, clock, all);
      await sayGone(folder).catch((error) =>
        log.debug({ error: messageOf(error) }, 'own folder of records left'),
      );
    },
  };
}

function onlySummaries(records: Records): CallRecords {
  return {
    happened: (event) => records.happened(event),
    over: (callId, reason) => records.over(callId, reason),
    kept: () => undefined,
    close: async () => {},
  };
}

function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<unknown> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  return Promise.race([work, late]).finally(cancel);
}

/**
 * One after the other; a failure is told, and the next is tried.
 *
 * @returns what stops it, once what it is at is done.
 */
function every(ms: number, clock: Clock, work: () => Promise<void>, log: Log): () => Promise<void> {
  let cancel = () => {};
  let isStopped = false;
  let working = Promise.resolve();
  const next = () => {
    if (isStopped) return;
    cancel = clock.after(ms, () => {
      working = work()
        .catch((error) =>
          log.warn({ error: messageOf(error) }, 'the folder of records cannot be kept in order'),
        )
        .finally(next);
    });
  };
  next();
  return () => {
    isStopped = true;
    cancel();
    return working;
  };
}
