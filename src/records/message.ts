import type { RecordEvent } from '../config/records-settings.ts';

/** Something about a call that a receiver is to have. */
export interface Message {
  /** The same for the same thing, however often it is made: a receiver that has it leaves the second. */
  readonly id: string;
  readonly to: 'webhook' | 's3';
  /** Of a webhook, what it tells; of S3, the file's name. */
  readonly event: string;
  readonly callId: string;
  /** When it was made, milliseconds since the epoch. */
  readonly atMs: number;
  readonly tries: number;
  /** Of a webhook: its body's `data`. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Told once this is delivered; where it then lies is added to its data. */
  readonly then?: Message | undefined;
}

export type Sent =
  | { readonly at?: string }
  | { readonly failed: string; readonly hint?: string; readonly isFinal?: boolean };

/** Delivers a message. What it throws counts as failed. */
export type Send = (message: Message) => Promise<Sent>;

export function webhookMessage(
  event: RecordEvent,
  callId: string,
  atMs: number,
  data: Record<string, unknown>,
): Message {
  return {
    id: `msg_${callId}_${event.replace('.', '_')}`,
    to: 'webhook',
    event,
    callId,
    atMs,
    tries: 0,
    data,
  };
}
