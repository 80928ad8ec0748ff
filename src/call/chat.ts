import type { voice } from '@livekit/agents';
import type { Room, TextStreamReader } from '@livekit/rtc-node';
import { BOUNDS } from '../bounds.ts';
import { messageOf } from '../errors.ts';
import { dropWaiting } from '../framework/activity.ts';
import { admitStreams } from '../framework/text-streams.ts';
import type { Log } from '../observe/log.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import { Rate } from './rate.ts';
import type { Refuse } from './refusals.ts';

/** LiveKit's text-stream topic for written messages. */
const CHAT_TOPIC = 'lk.chat';
/** What comes so soon after another message is asked with the next, as one turn. */
const TOGETHER_MS = 1000;

export interface ChatParts {
  room: Pick<Room, 'registerTextStreamHandler' | 'unregisterTextStreamHandler'>;
  /** Whether this identity is the caller's now. */
  isCaller(identity: string): boolean;
  /** One turn in writing: a message, or several that came within a second, a line each. */
  onTurn(text: string): void;
  refuse: Refuse;
  /** Tells the one who wrote that their message is not taken, in words for them. */
  tell(identity: string, message: string): void;
  clock?: Clock;
}

/**
 * What the caller writes, up to its bound, which the message must declare as `sendText` of LiveKit's SDKs does. Streams
 * of others are not read at all. (The framework's own reader, `textEnabled`, keeps whatever comes, and what others sent
 * for the rest of the call.)
 *
 * What rtc-node 0.13.35 holds, measured as RSS of a process of 115 MB: of 48 MB that nobody reads, closed or not
 * admitted, nothing; unread by its handler, all; of a compressed message of 480 MB (0.5 MB sent) that is closed, 590 MB;
 * not admitted, nothing.
 *
 * @returns what stops it.
 */
export function listenToChat(parts: ChatParts): () => void {
  const { room, isCaller, onTurn, refuse, tell, clock = systemClock } = parts;
  const turns = new Turns(onTurn, clock);
  const rate = new Rate({ burst: BOUNDS.chatBurst, perSecond: BOUNDS.chatPerSecond, now: clock.now });
  const notice = () => new Rate({ burst: 1, perSecond: 0.5, now: clock.now });
  const notices = { size: notice(), rate: notice() };
  const arriving = new Set<TextStreamReader>();

  const refuseTo = (identity: string, reason: 'size' | 'rate') => {
    refuse('chat', reason);
    if (notices[reason].take()) tell(identity, NOTICES[reason]);
  };
  const removeDoor = admitStreams(room, CHAT_TOPIC, ({ identity, bytes = Number.POSITIVE_INFINITY }) => {
    if (!isCaller(identity)) refuse('chat', 'sender');
    else if (bytes > BOUNDS.chatMessageBytes) refuseTo(identity, 'size');
    else if (!rate.take()) refuseTo(identity, 'rate');
    else return true;
    return false;
  });
  room.registerTextStreamHandler(CHAT_TOPIC, async (reader) => {
    const [oldest] = arriving.size < BOUNDS.chatStreams ? [] : arriving;
    if (oldest) {
      arriving.delete(oldest);
      void oldest.close();
    }
    arriving.add(reader);
    const text = await wholeOf(reader);
    if (arriving.delete(reader) && text.trim() !== '') turns.add(text);
  });
  return () => {
    removeDoor();
    room.unregisterTextStreamHandler(CHAT_TOPIC);
    turns.stop();
    for (const reader of arriving) void reader.close();
    arriving.clear();
  };
}

const NOTICES = {
  size: `A message can have ${BOUNDS.chatMessageBytes} characters at most: this one was not read.`,
  rate: 'These are too many messages at once: the last one was not read.',
};

/** Empty for what broke off: the room closed, or more came than was declared. */
async function wholeOf(reader: TextStreamReader): Promise<string> {
  try {
    return await reader.readAll();
  } catch {
    return '';
  }
}

/** Hands over at most one turn a second. */
class Turns {
  readonly #onTurn: (text: string) => void;
  readonly #clock: Clock;
  #waiting: string[] = [];
  #stopResting: (() => void) | undefined;

  constructor(onTurn: (text: string) => void, clock: Clock) {
    this.#onTurn = onTurn;
    this.#clock = clock;
  }

  add(text: string): void {
    this.#waiting.push(text);
    if (!this.#stopResting) this.#next();
  }

  stop(): void {
    this.#stopResting?.();
    this.#waiting = [];
  }

  #next(): void {
    this.#stopResting = undefined;
    if (this.#waiting.length === 0) return;
    this.#stopResting = this.#clock.after(TOGETHER_MS, () => this.#next());
    this.#onTurn(this.#waiting.splice(0).join('\n'));
  }
}

type Interruptible = Pick<voice.AgentSession, 'interrupt' | '_activity'>;

/** The agent falls silent; what may not be interrupted is said to its end, and what was to come after that is not said. */
export function breakIn(session: Interruptible, log: Log): void {
  try {
    session.interrupt();
  } catch (error) {
    log.debug({ error: messageOf(error) }, 'what is said may not be interrupted');
    dropWaiting(session);
  }
}

/** A written turn is answered at once, as one that breaks in; what may not be interrupted is said to its end first. */
export function answerInWriting(
  session: Interruptible & Pick<voice.AgentSession, 'generateReply'>,
  text: string,
  log: Log,
): void {
  breakIn(session, log);
  try {
    session.generateReply({ userInput: text });
  } catch (error) {
    log.debug({ error: messageOf(error) }, 'written turn not answered: the call ends');
  }
}
