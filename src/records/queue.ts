import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { namesIn, type RecordsFolder, readText, writeWhole } from './folder.ts';
import type { Message, Send, Sent } from './message.ts';

const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 3_600_000;
/** While a receiver fails, one message tries it so often. */
const LONGEST_PAUSE_MS = 60_000;
const GIVE_UP_AFTER_MS = 3 * 24 * 3_600_000;

interface Waiting {
  readonly path: string;
  message: Message;
  nextMs: number;
}

export interface QueueParts {
  to: Message['to'];
  folder: RecordsFolder;
  send: Send;
  /** What follows on a message that was delivered; it counts as delivered only after that. */
  onSent?: (message: Message, at: string | undefined) => Promise<void>;
  clock: Clock;
  log: Log;
  report: Report;
  /** Milliseconds since the epoch. */
  wallNow?: () => number;
  /** 0 to 1. */
  random?: () => number;
}

/**
 * Messages for one receiver, each a file until it is delivered: in order while all goes well, one at a time. One that fails is
 * tried again after 5 s, then twice as long each time up to an hour, for three days; then it lies in `dead/`.
 */
export class DeliveryQueue {
  readonly #parts: QueueParts & Required<Pick<QueueParts, 'wallNow' | 'random'>>;
  #waiting: Waiting[] = [];
  #failures = 0;
  #pausedUntilMs = 0;
  #sending: Promise<void> | undefined;
  #cancel = () => {};
  #isClosed = false;

  constructor(parts: QueueParts) {
    this.#parts = { wallNow: Date.now, random: Math.random, ...parts };
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Takes up what an earlier run left; all of it is tried at once. */
  async load(): Promise<void> {
    const { folder, to } = this.#parts;
    const known = new Set(this.#waiting.map(({ path }) => path));
    for (const name of await namesIn(folder.queue)) {
      const path = join(folder.queue, name);
      if (!name.endsWith(`.${to}.json`) || known.has(path)) continue;
      const message = parsed(await readText(path));
      if (message) this.#waiting.push({ path, message, nextMs: 0 });
    }
    this.#wake();
  }

  /** Resolves once it cannot be lost any more. @throws what the file system says. */
  async add(message: Message): Promise<void> {
    const { folder, to } = this.#parts;
    const path = join(folder.queue, `${String(message.atMs).padStart(15, '0')}-${message.id}.${to}.json`);
    await writeWhole(path, JSON.stringify(message));
    if (!this.#waiting.some((other) => other.path === path)) this.#waiting.push({ path, message, nextMs: 0 });
    this.#wake();
  }

  /** Sends nothing more; what is being sent may end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#sending;
  }

  #wake(): void {
    if (this.#sending || this.#isClosed) return;
    this.#cancel();
    const nowMs = this.#parts.clock.now();
    const next = this.#waiting.reduce<Waiting | undefined>(
      (first, one) => (first && first.nextMs <= Math.max(nowMs, one.nextMs) ? first : one),
      undefined,
    );
    if (!next) return;
    const dueMs = Math.max(next.nextMs, this.#pausedUntilMs) - nowMs;
    if (dueMs > 0) {
      this.#cancel = this.#parts.clock.after(dueMs, () => this.#wake());
      return;
    }
    this.#sending = this.#try(next)
      .catch((error) => {
        this.#parts.report({ fact: 'record-failed', what: 'message' });
        this.#parts.log.error({ error: messageOf(error) }, 'the state of a message could not be kept');
      })
      .finally(() => {
        this.#sending = undefined;
        this.#wake();
      });
  }

  async #try(waiting: Waiting): Promise<void> {
    const { report, to } = this.#parts;
    const { message } = waiting;
    const sent = await this.#sent(message).catch((error): Sent => ({ failed: messageOf(error) }));
    if (!('failed' in sent)) {
      report({ fact: 'record-delivered', to, outcome: 'sent' });
      this.#isBack();
      this.#forget(waiting);
      await rm(waiting.path, { force: true });
      return;
    }
    const isOld = this.#parts.wallNow() - message.atMs > GIVE_UP_AFTER_MS;
    if (sent.isFinal || isOld) await this.#giveUp(waiting, sent);
    else await this.#again(waiting, sent);
  }

  async #sent(message: Message): Promise<Sent> {
    const { send, onSent } = this.#parts;
    const sent = await send(message);
    if (!('failed' in sent)) await onSent?.(message, sent.at);
    return sent;
  }

  #isBack(): void {
    if (this.#failures > 0) this.#parts.log.info({ to: this.#parts.to }, 'records are delivered again');
    this.#failures = 0;
    this.#pausedUntilMs = 0;
    for (const waiting of this.#waiting) waiting.nextMs = 0;
  }

  async #again(waiting: Waiting, { failed, hint }: Extract<Sent, { failed: string }>): Promise<void> {
    const { report, to, log, clock } = this.#parts;
    report({ fact: 'record-delivered', to, outcome: 'failed' });
    const { message } = waiting;
    waiting.message = { ...message, tries: message.tries + 1 };
    this.#failures += 1;
    const level = this.#failures === 1 ? 'warn' : 'debug';
    log[level](
      { to, what: message.event, reason: failed, hint, waiting: this.size },
      'record not delivered: it is tried again',
    );
    const nowMs = clock.now();
    waiting.nextMs = nowMs + this.#backoffMs(waiting.message.tries, LONGEST_RETRY_MS);
    this.#pausedUntilMs = nowMs + this.#backoffMs(this.#failures, LONGEST_PAUSE_MS);
    await writeWhole(waiting.path, JSON.stringify(waiting.message));
  }

  async #giveUp(waiting: Waiting, { failed, hint }: Extract<Sent, { failed: string }>): Promise<void> {
    const { folder, log, report, to, clock } = this.#parts;
    const path = join(folder.dead, basename(waiting.path));
    report({ fact: 'record-delivered', to, outcome: 'given-up' });
    log.error(
      { to, what: waiting.message.event, reason: failed, hint, path },
      'record not delivered: given up, and kept in dead/',
    );
    this.#forget(waiting);
    this.#failures += 1;
    this.#pausedUntilMs = clock.now() + this.#backoffMs(this.#failures, LONGEST_PAUSE_MS);
    await writeWhole(path, JSON.stringify(waiting.message));
    await rm(waiting.path, { force: true });
  }

  #forget(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
  }

  #backoffMs(tries: number, longestMs: number): number {
    const ms = Math.min(longestMs, FIRST_RETRY_MS * 2 ** Math.min(20, tries - 1));
    return Math.round(ms * (0.8 + 0.4 * this.#parts.random()));
  }
}

/** A file that is no message of ours is left alone. */
function parsed(text: string | undefined): Message | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const isMessage =
      typeof value === 'object' && value !== null && 'id' in value && 'to' in value && 'atMs' in value;
    return isMessage ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
