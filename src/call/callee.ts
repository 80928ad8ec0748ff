import { metadataObject } from '../config/metadata.ts';
import type { Happening, Subscriber } from '../observe/call-events.ts';
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

/** Finds out from their first words who took a call that we placed, and hangs up on a recording, without a word. */
export function watchCallee({ emit, hangUp }: CalleeParts): Subscriber {
  let isOver = false;
  let beganAtMs: number | undefined;
  let turns = 0;
  const said: string[] = [];
  return (event) => {
    if (isOver) return;
    if (event.type === 'caller-speaks' && event.isSpeaking) beganAtMs ??= event.atMs;
    if (event.type !== 'transcript') return;
    const text = [...said, event.piiText].join(' ');
    const who = judgeCallee({ text, talkMs: event.atMs - (beganAtMs ?? event.atMs) });
    if (event.isFinal) {
      said.push(event.piiText);
      turns++;
    }
    // A person is one once they have finished; a recording is known sooner.
    if (who !== 'voicemail' && !(event.isFinal && (who === 'person' || turns >= TURNS))) return;
    isOver = true;
    emit({ type: 'callee', who: who === 'voicemail' ? 'voicemail' : 'person' });
    if (who === 'voicemail') hangUp.begin(WITHOUT_GOODBYE.voicemail);
  };
}
