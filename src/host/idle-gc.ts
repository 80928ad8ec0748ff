import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../openai/clock.ts';

/** So long without a call: where calls follow each other at once, there is no pause for it. */
const IDLE_MS = 2000;

/**
 * Collects garbage when this process has had no call for 2 s. V8 does so by itself when its heap has grown, and that is in the middle
 * of a later call.
 *
 * @returns to be called whenever the last call has ended.
 */
export function collectWhenIdle(
  isIdle: () => boolean,
  clock: Clock,
  collect: () => void = collector(),
): () => void {
  let cancel = () => {};
  return () => {
    cancel();
    cancel = clock.after(IDLE_MS, () => {
      if (isIdle()) collect();
    });
  };
}

/** V8's own, which Node shows to programs started with `--expose-gc` only. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
