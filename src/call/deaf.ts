import type { Subscriber } from '../observe/call-events.ts';
import type { Clock } from '../openai/clock.ts';
import { inTime } from './scope.ts';

/** An apology that cannot be spoken must not keep the line open. */
const APOLOGY_TIMEOUT_MS = 10_000;

export interface DeafParts {
  clock: Clock;
  /** Speaks the apology; resolves when it was heard. */
  apologise(): Promise<unknown>;
  hangUp: { readonly reason: string | undefined; begin(reason: string): void };
}

/** A caller who cannot be heard any more, because the voice activity detector is lost, is told that something is wrong, and left. */
export function endWhenDeaf({ clock, apologise, hangUp }: DeafParts): Subscriber {
  return (event) => {
    if (event.type !== 'detector-failed' || !event.isLost || hangUp.reason !== undefined) return;
    const leave = () => hangUp.begin('caller not heard');
    void inTime(apologise(), APOLOGY_TIMEOUT_MS, 'apology', clock).then(leave, leave);
  };
}
