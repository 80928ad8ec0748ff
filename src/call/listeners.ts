import type { Subscriber } from '../observe/call-events.ts';
import type { Persona } from '../persona/persona.ts';
import type { Phrases } from './phrases.ts';

/** Tells the caller of each operator who begins to listen, where the prompt has words for it. */
export const announceListeners =
  (
    phrases: Pick<Phrases, 'say'>,
    { listeningNotice: notice }: Pick<Persona, 'listeningNotice'>,
  ): Subscriber =>
  ({ type }) => {
    if (type === 'listened' && notice !== undefined)
      phrases.say(notice, { addToChatCtx: false, allowInterruptions: false });
  };
