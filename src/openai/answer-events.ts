import type { EndpointError } from '../errors.ts';
import { systemClock } from './clock.ts';
import type { Answer, Call } from './exchange.ts';
import { fault } from './fault.ts';
import { EventTooLong, type SseEvent, sseEvents } from './sse.ts';

/**
 * The server-sent events of an answer, under the deadlines of its call: the first one within `firstByteTimeoutMs`, each
 * later one within `stallTimeoutMs`. Comments, with which servers (sse-starlette, OpenRouter, nginx) keep a connection
 * open, are no events, so that a server which hangs behind them is found out. Time in which the reader does not read
 * does not count.
 *
 * @param bytes - those of `answer`, which is closed at a deadline.
 * @throws EndpointError — `first-byte`, `stall`, `invalid` for an event that is too long; and what `bytes` throws
 */
export async function* answerEvents(
  call: Call,
  answer: Answer,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<SseEvent> {
  const { clock = systemClock, deadlines } = call;
  let late: EndpointError | undefined;
  const expect = (failure: 'first-byte' | 'stall', ms: number) =>
    clock.after(ms, () => {
      const what = failure === 'stall' ? 'no further event' : 'no event';
      late = fault(call, failure, `timed out: ${what} within ${ms} ms`);
      answer.close();
    });
  let stop = expect('first-byte', deadlines.firstByteTimeoutMs);
  try {
    for await (const event of sseEvents(bytes)) {
      stop();
      yield event;
      stop = expect('stall', deadlines.stallTimeoutMs);
    }
  } catch (error) {
    if (late) throw late;
    throw error instanceof EventTooLong ? fault(call, 'invalid', `answered ${error.message}`) : error;
  } finally {
    stop();
  }
}
