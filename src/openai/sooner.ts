import type { Clock } from './clock.ts';

/** Another way to the same answer. */
export interface OtherWay<T> {
  clock: Clock;
  /** When the first one is late, from now; infinite: never. */
  afterMs: number;
  /** Starts it, once. @param signal - aborts when its answer is wanted no more. */
  start(signal: AbortSignal): Promise<T>;
}

/**
 * What `first` resolves with; where that is late, what the sooner of both ways resolves with.
 *
 * @throws what `first` throws: at once unless it was late, and then when both have failed.
 */
export async function sooner<T>(
  first: Promise<T>,
  { clock, afterMs, start }: OtherWay<T>,
): Promise<{ value: T; byOther: boolean }> {
  const wanted = new AbortController();
  let stop = () => {};
  const late = new Promise<'late'>((resolve) => {
    if (Number.isFinite(afterMs)) stop = clock.after(afterMs, () => resolve('late'));
  });
  const own = first.then((value) => ({ value, byOther: false }));
  try {
    const answered = await Promise.race([own, late]);
    if (answered !== 'late') return answered;
    const other = start(wanted.signal).then((value) => ({ value, byOther: true }));
    return await Promise.any([own, other]);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    stop();
    wanted.abort();
  }
}
