import { setTimeout as sleep } from 'node:timers/promises';
import { voice } from '@livekit/agents';
import { cancelPreparedAnswer, currentSpeechOf } from '../framework/activity.ts';
import { forgetTurn } from '../framework/chat-items.ts';
import type { Floor } from '../stages/turn/roles.ts';
import type { CallerOutput } from './caller-output.ts';
import { watchAgent } from './watch.ts';

/** An answer with less than this left is as good as said: «okay» is an answer to it. */
const ENDING_MS = 700;

/** The framework has taken the heard part of an answer into the chat by then, unless something is in its way. */
const INTERRUPTED_WITHIN_MS = 300;

export interface FloorParts {
  output: CallerOutput;
  /** Start of a call during which speech does not stop the agent, for echo cancellers. */
  deafMs: number;
  now: () => number;
  /** The caller was cut off: what was said since then, in milliseconds since the epoch, is said no more. */
  onCutOff?: (sinceMs: number | undefined) => void;
}

/**
 * Who may speak. Made before the session, because the session's transcriber needs it; `attach` connects the two.
 */
export function createFloor({ output, deafMs, now, onCutOff }: FloorParts): Floor & {
  attach(session: voice.AgentSession): void;
} {
  let session: voice.AgentSession | undefined;
  let isBusy = false;
  let firstBusyAt: number | undefined;
  let voicedAt: number | undefined;
  output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => {
    voicedAt = now();
  });
  const interrupt = async () => {
    session?.output.audio?.resume();
    output.cut();
    if (session && isBusy) await session.interrupt().await;
  };
  return {
    attach(started) {
      session = started;
      watchAgent(started, (busy) => {
        isBusy = busy;
        if (isBusy) firstBusyAt ??= now();
      });
    },
    isBusy: () => isBusy,
    mayBeInterrupted: () =>
      now() - (firstBusyAt ?? now()) >= deafMs &&
      (!session || currentSpeechOf(session)?.allowInterruptions !== false),
    isEnding: () => (output.remainingMs ?? Number.POSITIVE_INFINITY) <= ENDING_MS,
    hold() {
      output.hold();
      // The transcript that is shown in step with the voice stops too.
      session?.output.audio?.pause();
    },
    release() {
      session?.output.audio?.resume();
      output.release();
    },
    get voicedForMs() {
      return voicedAt === undefined ? undefined : now() - voicedAt;
    },
    interrupt: () => soon(interrupt()),
    takeBack: ({ text }) => soon(interrupt().finally(() => onCutOff?.(session && forgetTurn(session, text)))),
    drop() {
      if (session) cancelPreparedAnswer(session);
    },
  };
}

/** Whatever comes of it, and not for long. */
async function soon(done: Promise<void>): Promise<void> {
  await Promise.race([done, sleep(INTERRUPTED_WITHIN_MS, undefined, { ref: false })]).catch(() => {});
}
