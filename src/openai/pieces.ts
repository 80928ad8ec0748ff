import type { EndpointError } from '../errors.ts';
import { systemClock } from './clock.ts';
import type { Answer, Call } from './exchange.ts';
import { settingOf } from './failure-hint.ts';
import { fault } from './fault.ts';
import type { RetryPolicy } from './retry.ts';
import { type Candidate, keyOf, processRoutes } from './route-memory.ts';

/** Of a wait, so much is waited again at its end: timers run before data that waits to be read on a busy machine. */
const LAST_LOOK_MS = 100;

/** Of a server whose pauses are not known: words come evenly; some voices make one sentence after the other. */
const UNKNOWN_MS = { words: 2500, sound: Number.POSITIVE_INFINITY };

/** An answer that has begun, and whose it is. */
export interface Begun {
  call: Call & Pick<RetryPolicy, 'routes'>;
  server: Candidate;
  answer: Pick<Answer, 'close'>;
}

/**
 * The pieces of an answer of which some is heard already: each is waited for as long as the pauses of that server's recent
 * answers say (`Pace.stallMs`). Time in which the reader does not read does not count.
 *
 * @param isHeard - whether some of it is; until then the pieces have no deadline here, and teach nothing.
 * @throws EndpointError `stall`, and what `pieces` throws
 */
export async function* piecesInTime<T>(
  pieces: AsyncIterable<T>,
  { call, server, answer }: Begun,
  isHeard: () => boolean,
): AsyncGenerator<T> {
  const { clock = systemClock, deadlines, endpoint, routes = processRoutes } = call;
  const key = keyOf(endpoint, server);
  const unknownMs = endpoint === 'llm' ? UNKNOWN_MS.words : UNKNOWN_MS.sound;
  const ms = routes.pace.stallMs(key, deadlines, unknownMs);
  const source = pieces[Symbol.asyncIterator]();
  let late: EndpointError | undefined;
  let longestMs: number | undefined;
  let stop = () => {};
  const giveUp = () => {
    const setting = settingOf(
      endpoint,
      ms < deadlines.stallTimeoutMs ? 'STALL_AFTER_MS' : 'STALL_TIMEOUT_MS',
    );
    late = fault(call, 'stall', `timed out: nothing more within ${Math.round(ms)} ms`, {
      hint: `The server stopped in the middle of its answer: look at its load and its log, or raise ${setting}.`,
    });
    answer.close();
  };
  try {
    for (;;) {
      const isTimed = isHeard();
      const askedMs = clock.now();
      if (isTimed)
        stop = clock.after(ms - LAST_LOOK_MS, () => {
          stop = clock.after(LAST_LOOK_MS, giveUp);
        });
      const next = await source.next();
      stop();
      if (isTimed) longestMs = Math.max(longestMs ?? 0, clock.now() - askedMs);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    if (late) longestMs = ms;
    throw late ?? error;
  } finally {
    stop();
    if (longestMs !== undefined) routes.pace.paused(key, longestMs);
    await source.return?.();
  }
}
