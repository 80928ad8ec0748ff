import type { voice } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import type { RecordingState } from '../observe/recording-state.ts';
import { recordingLine } from '../persona/recording-line.ts';
import type { Persona } from '../persona/store.ts';
import type { CallEvents } from './events.ts';
import type { Phrases } from './phrases.ts';
import { isYes } from './yes.ts';

export interface ConsentParts {
  config: Config;
  persona: Persona;
  events: CallEvents;
  phrases: Phrases;
  /** What the caller said before, where the call goes on. */
  before: RecordingState | undefined;
}

/** Whether anything of a call by this prompt is kept beyond its summary, and whether the caller is told or asked first. */
export function recordingMode({ records }: Config, { recording }: Persona): 'off' | 'on' | 'ask' {
  if (!records.dir) return 'off';
  const mode = recording ?? records.recording;
  const isKept = records.transcripts || keepsSound(records);
  return isKept ? mode : 'off';
}

/** The sound would say what is left out of the text. */
export const keepsSound = ({ dir, redact, redactPatterns }: Config['records']): boolean =>
  dir !== undefined && redact.length === 0 && redactPatterns.length === 0;

/**
 * Says that the call is kept, or asks: then the caller's first turn after the question is the answer, and anything but a yes is
 * a no; so is any key but 1. A call that goes on is not asked again.
 */
export function openConsent({ config, persona, events, phrases, before }: ConsentParts) {
  const mode = recordingMode(config, persona);
  const tell = (state: RecordingState) => events.emit({ type: 'recording', state });
  const say = () =>
    phrases.say(recordingLine(persona, mode === 'ask' ? 'ask' : 'on'), { allowInterruptions: false });
  if (before) tell(before === 'allowed' ? 'allowed' : 'refused');
  else if (mode === 'ask') tell('asked');
  else if (mode === 'on') tell('allowed');
  let question: voice.SpeechHandle | undefined;
  let isAnswered = false;
  const answer = (isAllowed: boolean) => {
    isAnswered = true;
    tell(isAllowed ? 'allowed' : 'refused');
  };
  return {
    /** Before the greeting. */
    announce(): void {
      if (!before && mode === 'on') say();
    },
    /** After the greeting. */
    ask(): void {
      if (before || mode !== 'ask') return;
      let isAsked = false;
      events.subscribe((event) => {
        if (!isAsked || isAnswered || event.type !== 'said' || event.role !== 'user') return;
        answer(isYes(event.piiText, persona.language));
      });
      question = say();
      void question.waitForPlayout().then(() => {
        isAsked = true;
      });
    },
    /**
     * Takes a key that is pressed from when the question begins until it is answered: 1 is a yes, any other a no.
     *
     * @returns whether it was taken.
     */
    takes(key: string): boolean {
      if (!question || isAnswered) return false;
      question.interrupt(true);
      answer(key === '1');
      return true;
    },
  };
}
