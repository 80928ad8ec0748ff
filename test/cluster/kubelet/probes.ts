import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import type { Container, Handler, Probe } from './types.ts';

export interface Health {
  /** Tries a handler once; rejects with what went wrong. */
  attempt(handler: Handler, timeoutMs: number): Promise<void>;
  onStarted(): void;
  onReady(ready: boolean): void;
  /** It has to be started anew. */
  onDead(reason: string): void;
}

/** Watches over a running container, as its probes want it, until the signal: first `startupProbe`, then the others. */
export async function watchHealth(
  { startupProbe, livenessProbe, readinessProbe }: Container,
  { attempt, onStarted, onReady, onDead }: Health,
  signal: AbortSignal,
): Promise<void> {
  const follow = (probe: Probe, initial: boolean, isEnough: (outcome: Outcome) => boolean) =>
    repeat(probe, createVerdict(probe, initial), attempt, isEnough, signal);
  if (startupProbe) {
    const end = await follow(startupProbe, true, ({ fault, verdict }) => !fault || !verdict);
    if (end?.fault) onDead(`startup probe: ${end.fault}`);
    if (!end || end.fault) return;
  }
  onStarted();
  if (!readinessProbe) onReady(true);
  const readiness = (outcome: Outcome) => {
    onReady(outcome.verdict);
    return false;
  };
  const liveness = async (probe: Probe) => {
    const end = await follow(probe, true, ({ verdict }) => !verdict);
    if (end) onDead(`liveness probe: ${end.fault}`);
  };
  await Promise.all([
    readinessProbe && follow(readinessProbe, false, readiness),
    livenessProbe && liveness(livenessProbe),
  ]);
}

interface Outcome {
  /** Of the last attempt; none when it succeeded. */
  fault: string | undefined;
  /** Of all attempts so far. */
  verdict: boolean;
}

/** @returns what was enough, or `undefined` at the signal. */
async function repeat(
  { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1, ...handler }: Probe,
  judge: (succeeded: boolean) => boolean,
  attempt: Health['attempt'],
  isEnough: (outcome: Outcome) => boolean,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const pause = (seconds: number) => sleep(seconds * 1000, undefined, { signal }).catch(() => {});
  await pause(initialDelaySeconds);
  while (!signal.aborted) {
    const fault = await attempt(handler, timeoutSeconds * 1000).then(
      () => undefined,
      (error: unknown) => messageOf(error) || 'failed',
    );
    if (signal.aborted) break;
    const outcome = { fault, verdict: judge(!fault) };
    if (isEnough(outcome)) return outcome;
    await pause(periodSeconds);
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
