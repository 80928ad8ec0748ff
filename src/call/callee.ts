import { metadataObject } from '../config/metadata.ts';
import type { Happening, Subscriber } from '../observe/call-events.ts';
import { BeepDetector } from '../phone/outbound/beep.ts';
import { judgeCallee } from '../phone/outbound/voicemail.ts';
import { type HangUp, WITHOUT_GOODBYE } from './hang-up.ts';

export interface CalleeParts {
  emit(happening: Happening): void;
  hangUp: Pick<HangUp, 'begin'>;
}

/** Turns after which whoever answers is a person. */
const TURNS = 3;

/** Whether we placed this call: `phone/outbound/place-call.ts` says so to the agent that it asks for. */
export const isOutbound = (dispatchMetadata: string): boolean =>
  metadataObject(dispatchMetadata)?.outbound !== undefined;

/** Who took a call that we placed, as it is found out. */
export interface CalleeWatch {
  follow: Subscriber;
  /** Their sound as it comes, mono at `HEARD_RATE`. */
  hears(samples: Int16Array): void;
}

/** Rate at which the sound of whoever took a call is given. */
export const HEARD_RATE = 16_000;

/**
 * Finds out from their first words, and from the tone after a recorded greeting, who took a call that we placed, and hangs up on a
 * recording, without a word.
 */
export function watchCallee({ emit, hangUp }: CalleeParts): CalleeWatch {
  const beep = new BeepDetector(HEARD_RATE);
  const said: string[] = [];
  let isOver = false;
  let hasBeep = false;
  let [beganAtMs, lastAtMs]: (number | undefined)[] = [];
  let turns = 0;
  const judge = (text: string, atMs: number) =>
    judgeCallee({ text, talkMs: atMs - (beganAtMs ?? atMs), hasBeep });
  const tell = (who: 'person' | 'voicemail') => {
    isOver = true;
    emit({ type: 'callee', who });
    if (who === 'voicemail') hangUp.begin(WITHOUT_GOODBYE.voicemail);
  };
  return {
    follow(event) {
      if (isOver) return;
      if (event.type === 'caller-speaks' && event.isSpeaking) beganAtMs ??= event.atMs;
      if (event.type !== 'transcript') return;
      lastAtMs = event.atMs;
      const who = judge([...said, event.piiText].join(' '), event.atMs);
      if (event.isFinal) {
        said.push(event.piiText);
        turns++;
      }
      // A person is one once they have finished; a recording is known sooner.
      if (who === 'voicemail') tell('voicemail');
      else if (event.isFinal && (who === 'person' || turns >= TURNS)) tell('person');
    },
    hears(samples) {
      if (isOver || hasBeep || !beep.push(samples)) return;
      hasBeep = true;
      // Its words may be on their way still; then they are judged with it as they come.
      if (lastAtMs !== undefined && judge(said.join(' '), lastAtMs) === 'voicemail') tell('voicemail');
    },
  };
}
