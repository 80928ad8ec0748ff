import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import type { Container, Handler, Probe } from './types.ts';

/** How often a container is asked that was not ready yet; Kubernetes waits the probe's period. */
const UNTIL_READY_PERIOD_S = 0.5;

export interface Health {
  /** Tries a handler once; rejects with what went wrong. */
  attempt(handler: Handler, timeoutMs: number): Promise<void>;
  onStarted(): void;
  onReady(ready: boolean): void;
  /** It has to be started anew. */
  onDead(): void;
  /** An attempt failed. */
  onFault(fault: string): void;
}

/** Watches over a running container, as its probes want it, until the signal: first `startupProbe`, then the others. */
export async function watchHealth(
  { startupProbe, livenessProbe, readinessProbe }: Container,
  { attempt, onStarted, onReady, onDead, onFault }: Health,
  signal: AbortSignal,
): Promise<void> {
  const follow = (probe: Probe, initial: boolean, isEnough: (outcome: Outcome) => boolean) =>
    repeat(probe, initial, { attempt, onFault }, isEnough, signal);
  if (startupProbe) {
    const end = await follow(startupProbe, true, ({ succeeded, verdict }) => succeeded || !verdict);
    if (end && !end.succeeded) onDead();
    if (!end?.succeeded) return;
  }
  onStarted();
  if (!readinessProbe) onReady(true);
  const readiness = (outcome: Outcome) => {
    onReady(outcome.verdict);
    return false;
  };
  const liveness = async (probe: Probe) => {
    if (await follow(probe, true, ({ verdict }) => !verdict)) onDead();
  };
  await Promise.all([
    readinessProbe && follow(readinessProbe, false, readiness),
    livenessProbe && liveness(livenessProbe),
  ]);
}

interface Outcome {
  /** The last attempt. */
  succeeded: boolean;
  /** Of all attempts so far. */
  verdict: boolean;
}

/** @returns what was enough, or `undefined` at the signal. */
async function repeat(
  { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1, ...handler }: Probe,
  initial: boolean,
  { attempt, onFault }: Pick<Health, 'attempt' | 'onFault'>,
  isEnough: (outcome: Outcome) => boolean,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const pause = (seconds: number) => sleep(seconds * 1000, undefined, { signal }).catch(() => {});
  const judge = createVerdict(handler, initial);
  let passed = initial;
  await pause(initialDelaySeconds);
  while (!signal.aborted) {
    const succeeded = await attempt(handler, timeoutSeconds * 1000).then(
      () => true,
      (error: unknown) => {
        if (!signal.aborted) onFault(messageOf(error));
        return false;
      },
    );
    if (signal.aborted) break;
    const outcome = { succeeded, verdict: judge(succeeded) };
    if (isEnough(outcome)) return outcome;
    passed ||= outcome.verdict;
    await pause(passed ? periodSeconds : Math.min(periodSeconds, UNTIL_READY_PERIOD_S));
  }
  return undefined;
}

/**
 * Makes a verdict out of single attempts: it changes after so many of the other kind in a row.
 *
 * @returns takes an attempt's result, and gives the verdict after it.
 */
export function createVerdict(
  { successThreshold = 1, failureThreshold = 3 }: Pick<Probe, 'successThreshold' | 'failureThreshold'>,
  initial: boolean,
): (succeeded: boolean) => boolean {
  let verdict = initial;
  let against = 0;
  return (succeeded) => {
    against = succeeded === verdict ? 0 : against + 1;
    if (against >= (succeeded ? successThreshold : failureThreshold)) {
      verdict = succeeded;
      against = 0;
    }
    return verdict;
  };
}
