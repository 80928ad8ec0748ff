import type { voice } from '@livekit/agents';

/**
 * What a running session says and prepares. Agents 1.9.0 keeps both in its `AgentActivity`, which is internal: no event
 * tells whether the speech of this moment may be interrupted, and nothing public drops an answer that was prepared
 * ahead of the end of a turn.
 */
type Activity = NonNullable<voice.AgentSession['_activity']>;

/** The speech that plays or is about to; `undefined` between two of them and before the session is started. */
export function currentSpeechOf(session: voice.AgentSession): voice.SpeechHandle | undefined {
  return session._activity?.currentSpeech;
}

/** Between its start and its end; before and after, most of what it is asked for throws. */
export const isRunning = (session: voice.AgentSession): boolean => session._activity !== undefined;

/** Drops the answer that was prepared for a turn that goes on; does nothing where none was. */
export function cancelPreparedAnswer(session: voice.AgentSession): void {
  const activity: Activity | undefined = session._activity;
  if (activity) Reflect.apply(Reflect.get(activity, 'cancelPreemptiveGeneration'), activity, []);
}

/**
 * Drops what waits to be said, up to what may not be interrupted. `session.interrupt` leaves all of it where the speech of this moment may
 * not be interrupted: it throws there.
 */
export function dropWaiting({ _activity: activity }: Pick<voice.AgentSession, '_activity'>): void {
  if (activity) Reflect.apply(Reflect.get(activity, 'interruptQueuedSpeeches'), activity, [false]);
}
