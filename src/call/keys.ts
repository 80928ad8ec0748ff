import type { voice } from '@livekit/agents';
import { type RemoteParticipant, RoomEvent } from '@livekit/rtc-node';
import type { Actions } from '../actions/actions.ts';
import { BOUNDS } from '../bounds.ts';
import type { Happening } from '../observe/call-events.ts';
import type { Conversation } from '../observe/conversation.ts';
import type { Log } from '../observe/log.ts';
import type { SoundTap } from '../observe/sound-tap.ts';
import type { PersonaActions } from '../persona/action-matter.ts';
import type { KeyAction } from '../persona/keypad-matter.ts';
import type { Persona } from '../persona/store.ts';
import { answerInWriting, breakIn } from './chat.ts';
import type { CallEvents } from './events.ts';
import type { HangUp } from './hang-up.ts';
import type { CallHost } from './host.ts';
import { KeypadReader, type Typed, turnOf } from './keypad.ts';
import type { CallerLink } from './link.ts';
import type { Phrases } from './phrases.ts';
import { Rate } from './rate.ts';
import type { Refuse } from './refusals.ts';
import type { CallScope } from './scope.ts';

export interface KeysParts {
  scope: Pick<CallScope, 'clock' | 'listen'>;
  host: Pick<CallHost, 'room'>;
  session: Pick<voice.AgentSession, 'interrupt' | 'generateReply' | '_activity'>;
  events: Pick<CallEvents, 'emit' | 'subscribe'>;
  hangUp: Pick<HangUp, 'reason'>;
  link: Pick<CallerLink, 'caller'>;
  phrases: Pick<Phrases, 'say'>;
  persona: Pick<Persona, 'keypad' | 'language' | 'transferFailed'>;
  /** Where the call goes on: the question that is open, whose answer the first key and the first sound are, and what was typed for others. */
  before?: Pick<Conversation, 'question' | 'piiTyped'> | undefined;
  /** What keeps the caller's sound: of a question with a secret answer it is given silence. */
  tap: Pick<SoundTap, 'hears'> | undefined;
  log: Log;
}

/** What of the keys others of the call need. */
export interface Keys {
  /** Puts a question of the prompt to the caller, and takes the keys that follow as the answer. */
  ask(question: string): void;
  /** Headers for a transfer: what was typed for questions that name one. */
  headers(): Record<string, string>;
  /**
   * Takes the caller's sound before anybody else, 16-bit mono, and makes silence of it while a secret is typed: there may be tones in
   * it. Absent where nobody needs it.
   */
  readonly onHeard: ((samples: Int16Array) => void) | undefined;
  /** Hears of keys from now on. */
  listen(parts: ListenParts): void;
}

export interface ListenParts {
  actions: Pick<Actions, 'begin'>;
  /** Those of the prompt that this call can do. */
  offered: Pick<PersonaActions, 'targets'>;
  refuse: Refuse;
  /** Takes a key that answers something else, such as whether the call may be recorded. */
  takes(key: string): boolean;
}

const KEY = /^[0-9*#]$/;

/**
 * Keys that the caller presses (RFC 4733, by livekit-sip; a browser's `publishDtmf`). Each silences the agent at once, unless what it
 * says may not be interrupted.
 */
export function openKeys(parts: KeysParts): Keys {
  const { scope, host, session, events, hangUp, link, phrases, persona, before, tap, log } = parts;
  let act = (_action: KeyAction): void => {};
  const reader = new KeypadReader({
    keypad: persona.keypad,
    clock: scope.clock,
    onKey: (action) => act(action),
    onTyped: (typed) => {
      events.emit(happeningOf(typed));
      answerInWriting(session, turnOf(typed, persona.language), log);
    },
  });
  const ask = (question: string) => {
    const text = persona.keypad?.questions[question]?.say;
    if (text === undefined) return;
    reader.ask(question);
    events.emit({ type: 'digits-asked', question });
    phrases.say(text, { addToChatCtx: true });
  };
  reader.restore(before?.piiTyped ?? {});
  if (before?.question !== undefined) reader.ask(before.question);
  return {
    ask,
    headers: () => reader.headers,
    onHeard: hasSecrets(persona)
      ? (samples) => {
          if (reader.isTypingSecret) samples.fill(0);
          tap?.hears(reader.isSecret ? new Int16Array(samples.length) : samples);
        }
      : tap && ((samples) => tap.hears(samples)),
    listen({ actions, offered, refuse, takes }) {
      let isPutThrough = false;
      events.subscribe((event) => {
        if (event.type === 'action' && event.action === 'transfer') isPutThrough = event.state === 'begun';
        if (event.type === 'caller-changed') reader.reset();
      });
      act = (action) => {
        if ('turn' in action) answerInWriting(session, action.turn, log);
        else if ('say' in action) phrases.say(action.say, { addToChatCtx: true });
        else if ('ask' in action) ask(action.ask);
        else if ('hangUp' in action) actions.begin({ action: 'hang_up' }, 'key');
        else if (action.transfer in offered.targets)
          actions.begin({ action: 'transfer', target: action.transfer }, 'key');
        else phrases.say(persona.transferFailed, { addToChatCtx: true });
      };
      const rate = new Rate({
        burst: BOUNDS.keyBurst,
        perSecond: BOUNDS.keysPerSecond,
        now: scope.clock.now,
      });
      const onKey = (_code: number, key: string, sender: RemoteParticipant | undefined) => {
        if (!KEY.test(key) || isPutThrough || hangUp.reason !== undefined) return;
        if (sender?.identity !== link.caller.identity) return refuse('key', 'sender');
        if (!rate.take()) return refuse('key', 'rate');
        events.emit({ type: 'key-pressed', ...(!reader.isSecret && { piiKey: key }) });
        breakIn(session, log);
        if (!takes(key)) reader.press(key);
      };
      scope.listen(host.room, RoomEvent.DtmfReceived, onKey);
    },
  };
}

const hasSecrets = ({ keypad }: Pick<Persona, 'keypad'>): boolean =>
  Object.values(keypad?.questions ?? {}).some(({ secret }) => secret);

function happeningOf({ digits, question, isSecret }: Typed): Happening {
  const named = question === undefined ? {} : { question };
  return { type: 'digits-typed', ...named, count: digits.length, ...(!isSecret && { piiDigits: digits }) };
}
