import { TurnError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { decode, encode, type Message } from './message.ts';

/** First wait before a request is sent again over UDP; each next one is twice as long. RFC 8489 §6.2.1. */
const FIRST_RESEND_MS = 500;

/** Runs `run` once, `ms` from now, unless the returned function is called first. */
export type After = (ms: number, run: () => void) => () => void;

export interface ExchangeOptions {
  /** Signs the request, and must have signed the answer. */
  key: Buffer | undefined;
  /** When there is no answer by then. */
  signal: AbortSignal;
  after: After;
}

/**
 * Sends a request, over UDP again and again, until its answer comes: a success or an error. What cannot be the answer
 * is passed over, as anybody can send a datagram, and is the reason given when nothing better comes.
 *
 * @throws TurnError `timeout`, `garbled`, or why the connection failed.
 */
export function exchange(
  connection: Connection,
  request: Message,
  { key, signal, after }: ExchangeOptions,
): Promise<Message> {
  const bytes = encode(request, key);
  return new Promise((resolve, reject) => {
    let sent = 0;
    let strays = 0;
    let problem: TurnError | undefined;
    let cancelResend = () => {};

    const send = (waitMs: number) => {
      sent++;
      connection.send(bytes);
      if (!connection.isReliable) cancelResend = after(waitMs, () => send(waitMs * 2));
    };
    const stop = () => {
      cancelResend();
      signal.removeEventListener('abort', giveUp);
    };
    const fail = (error: TurnError) => {
      stop();
      reject(error);
    };
    const giveUp = () => fail(problem ?? noAnswer(sent, strays));

    connection.listen({
      failed: fail,
      message(answerBytes) {
        try {
          const answer = decode(answerBytes, key);
          if (answer.transactionId.equals(request.transactionId)) {
            stop();
            resolve(answer);
          } else strays++;
        } catch (error) {
          if (error instanceof TurnError) problem = error;
          else throw error;
        }
      },
    });
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp);
    send(FIRST_RESEND_MS);
  });
}

function noAnswer(sent: number, strays: number): TurnError {
  const others = strays > 0 ? `, and ${strays} that belong to other requests` : '';
  return new TurnError(`no answer to ${sent} request(s)${others}`, { failure: 'timeout' });
}
