import { mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { CallRecord, type RecordedEvent } from './call-record.ts';
import type { Delivery } from './delivery.ts';
import { finish } from './finish.ts';
import { namesIn, type RecordsFolder } from './folder.ts';
import { Journal, journalled } from './journal.ts';
import type { Leftover } from './leftovers.ts';
import { webhookMessage } from './message.ts';
import type { Redact } from './redact.ts';
import { type Summary, summaryOf } from './summary.ts';

/** A record that could not be written is tried again so soon. */
const AGAIN_AFTER_MS = 30_000;

export interface RecordsParts {
  config: Pick<Config, 'records'>;
  /** `undefined`: nothing is kept, and the summary is a line of the log. */
  folder: RecordsFolder | undefined;
  delivery: Delivery | undefined;
  redact: Redact | undefined;
  /** Whether there is no room for more. */
  isFull(): boolean;
  log: Log;
  report: Report;
  clock: Clock;
  /** Milliseconds since the epoch. */
  wallNow?: () => number;
}

interface Open {
  readonly record: CallRecord;
  readonly journal: Journal | undefined;
}

/**
 * The records of this worker's calls, made in its own process of the events that their hosts tell: what a host that dies has told
 * is not lost, and a call that goes on in another host is one record.
 */
export class Records {
  readonly #parts: RecordsParts & { wallNow: () => number };
  readonly #open = new Map<string, Open>();
  readonly #finishing = new Set<Promise<void>>();

  constructor(parts: RecordsParts) {
    this.#parts = { wallNow: Date.now, ...parts };
  }

  /** Something happened in a call, in whichever process it runs. */
  happened(told: RecordedEvent): void {
    // What happens before its agent listens, or where it never does, leaves no record.
    if (told.type !== 'started' && !this.#open.has(told.callId)) return;
    const event = this.#redacted(told);
    const open = this.#openOf(event.callId);
    const isFirst = !open.record.started && event.type === 'started';
    open.record.take(event);
    open.journal?.add(this.#fit(event, open.record));
    if (isFirst) this.#tellStarted(event);
  }

  /** The call is over for good. @param reason - for one whose own process could not tell. */
  over(callId: string, reason: string): void {
    const open = this.#open.get(callId);
    if (!open) return;
    this.#open.delete(callId);
    this.#finish(open, reason);
  }

  /** Makes the records of calls whose worker is gone, and takes over what it had to deliver. */
  async takeOver({ openCalls, queue, done }: Leftover): Promise<void> {
    const { folder, delivery } = this.#parts;
    if (!folder) return;
    for (const name of await namesIn(openCalls)) {
      const from = join(openCalls, name);
      const events = await journalled(from);
      const record = new CallRecord(events[0]?.callId ?? name);
      for (const event of events) record.take(event);
      const summary = summaryOf(record, { reason: 'worker lost', atMs: record.lastEventMs });
      if (summary) await this.#write(record, summary, from);
    }
    await mkdir(folder.queue, { recursive: true, mode: 0o700 });
    for (const name of await namesIn(queue))
      if (name.endsWith('.json')) await rename(join(queue, name), join(folder.queue, basename(name)));
    await delivery?.load();
    await done();
  }

  /** Resolves when the records of all calls that are over are written, or will be by another worker. */
  async settled(): Promise<void> {
    await Promise.all(this.#finishing);
  }

  #openOf(callId: string): Open {
    const known = this.#open.get(callId);
    if (known) return known;
    const { folder, isFull } = this.#parts;
    const journal =
      folder && !isFull() ? new Journal(folder.open(callId), (error) => this.#failed(error)) : undefined;
    const open = { record: new CallRecord(callId), journal };
    this.#open.set(callId, open);
    return open;
  }

  #redacted(event: RecordedEvent): RecordedEvent {
    const { redact } = this.#parts;
    if (!redact) return event;
    if (event.type === 'said') return { ...event, piiText: redact(event.piiText) };
    if (event.type === 'cover-begins' && event.piiText) return { ...event, piiText: redact(event.piiText) };
    if (event.type === 'started' || event.type === 'caller-changed')
      return { ...event, piiCaller: redact(event.piiCaller) };
    return event;
  }

  /** What may be on disk of it: no word that is not kept. */
  #fit(event: RecordedEvent, record: CallRecord): RecordedEvent {
    const mayKeep = this.#parts.config.records.transcripts && record.mayKeep;
    if (event.type === 'endpoint-failed') return { ...event, piiSaid: '' };
    if (mayKeep) return event;
    if (event.type === 'said' || event.type === 'cover-begins') return { ...event, piiText: '' };
    return event;
  }

  #tellStarted(event: Extract<RecordedEvent, { type: 'started' }>): void {
    const { callId, atMs, via, prompt, promptHash, piiCaller: caller } = event;
    const startedAt = new Date(atMs).toISOString();
    const data = { callId, caller, via, prompt, promptHash, startedAt };
    this.#parts.delivery
      ?.tell(webhookMessage('call.started', callId, atMs, data))
      .catch((error) => this.#failed(error));
  }

  #finish({ record, journal }: Open, reason: string): void {
    const { log, folder, wallNow } = this.#parts;
    const summary = summaryOf(record, { reason, atMs: wallNow() });
    if (!summary) return;
    const { caller, ...rest } = summary;
    log.info({ ...rest, pii_caller: caller }, 'call summary');
    if (!folder || !journal) return;
    const finishing = journal
      .flushed()
      .then(() => this.#write(record, summary, folder.open(record.callId)))
      .catch((error) => this.#again(record, summary, error))
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
  }

  async #write(record: CallRecord, summary: Summary, from: string): Promise<void> {
    const { folder, delivery, config } = this.#parts;
    if (!folder) return;
    await finish({
      ...{ record, summary, from },
      to: folder.kept(record.callId),
      transcripts: config.records.transcripts,
      toS3: config.records.s3Bucket !== undefined,
      tell: async (message) => delivery?.tell(message),
    });
  }

  /** The journal stays: where this process ends before, another worker makes the record of it. */
  #again(record: CallRecord, summary: Summary, error: unknown): void {
    const { clock, folder } = this.#parts;
    this.#failed(error);
    clock.after(AGAIN_AFTER_MS, () => {
      if (folder)
        this.#write(record, summary, folder.open(record.callId)).catch((thrown) =>
          this.#again(record, summary, thrown),
        );
    });
  }

  #failed(error: unknown): void {
    this.#parts.log.warn({ error: messageOf(error) }, 'the record of a call could not be written');
    this.#parts.report({ fact: 'record-failed', what: 'record' });
  }
}
