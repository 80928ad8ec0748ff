import { signalOfReply } from '../framework/reply-signal.ts';

const attempts = new WeakMap<AbortSignal, number>();
let last = 0;

/**
 * The number of the answer that is worked on just now: the same inside `llm.chat()` and `tts.stream()` of one reply, and no
 * other reply's. Outside of any, a new one each time.
 */
export function attemptNow(): number {
  const signal = signalOfReply();
  const known = signal && attempts.get(signal);
  if (known !== undefined) return known;
  last += 1;
  if (signal) attempts.set(signal, last);
  return last;
}
