import type { Config } from '../config/schema.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import type { RecordsFolder } from './folder.ts';
import type { Message } from './message.ts';
import { DeliveryQueue } from './queue.ts';
import { createS3 } from './s3.ts';
import { createWebhook } from './webhook.ts';

export interface DeliveryParts {
  config: Pick<Config, 'records'>;
  folder: RecordsFolder;
  clock: Clock;
  log: Log;
  report: Report;
  fetch?: typeof fetch;
}

/** Brings messages to those receivers that the settings name; the others have none. */
export class Delivery {
  readonly #events: ReadonlySet<string>;
  readonly #webhook: DeliveryQueue | undefined;
  readonly #s3: DeliveryQueue | undefined;

  constructor({ config: { records }, folder, clock, log, report, ...rest }: DeliveryParts) {
    const { webhookUrl: url, webhookSecret: secret, webhookEvents, s3Bucket } = records;
    const shared = { folder, clock, log, report };
    this.#events = new Set(webhookEvents);
    if (url && secret)
      this.#webhook = new DeliveryQueue({
        ...shared,
        to: 'webhook',
        send: createWebhook({ url, secret, ...rest }),
      });
    if (s3Bucket)
      this.#s3 = new DeliveryQueue({
        ...{ ...shared, to: 's3', send: createS3(records, folder) },
        onSent: async ({ then }, at) => {
          if (then) await this.tell({ ...then, data: { ...then.data, url: at } });
        },
      });
  }

  /** Resolves once the message cannot be lost; at once where nobody wants it. @throws what the file system says. */
  async tell(message: Message): Promise<void> {
    if (message.to === 's3') await this.#s3?.add(message);
    else if (this.#events.has(message.event)) await this.#webhook?.add(message);
  }

  /** Takes up what lies in the folder. */
  async load(): Promise<void> {
    await Promise.all([this.#webhook?.load(), this.#s3?.load()]);
  }

  get waiting(): { webhook: number; s3: number } {
    return { webhook: this.#webhook?.size ?? 0, s3: this.#s3?.size ?? 0 };
  }

  async close(): Promise<void> {
    await Promise.all([this.#webhook?.close(), this.#s3?.close()]);
  }
}
