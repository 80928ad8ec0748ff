import { llm, type voice } from '@livekit/agents';
import type { Conversation, Said } from '../observe/conversation.ts';
import type { Persona } from '../persona/store.ts';
import { type Caller, whoIs } from './caller.ts';
import { greet } from './greeting.ts';
import type { Keys } from './keys.ts';
import type { Phrases } from './phrases.ts';

/** The prompt of a call, filled for its caller. */
export interface CallPrompt {
  readonly persona: Persona;
  /** Its phrases that are the same for every caller. */
  readonly fixed: readonly string[];
}

/** A call that broke off in another process, and goes on in this one. */
export interface GoingOn {
  readonly prompt: CallPrompt;
  readonly conversation: Conversation;
  /** Milliseconds since the epoch. */
  readonly brokeAtMs: number;
  /** That call had ended: its caller came back, to this one. */
  readonly comesBack?: boolean;
}

/** Another participant than the one who was served is told nothing of what was said: their call begins anew. */
export function goingOnWith(caller: Caller, goesOn: GoingOn | undefined): GoingOn | undefined {
  return goesOn?.conversation.piiCaller === whoIs(caller) ? goesOn : undefined;
}

/** How long the call had lasted when it broke off. */
export const lastedMs = (goesOn: GoingOn | undefined): number =>
  goesOn ? Math.max(0, goesOn.brokeAtMs - goesOn.conversation.startedAtMs) : 0;

/** The words so far, as the model is given them. */
export function chatOf(said: readonly Said[]): llm.ChatContext {
  const messages = said.map(({ role, piiText, interrupted, createdAtMs }) =>
    llm.ChatMessage.create({ role, content: piiText, interrupted, createdAt: createdAtMs }),
  );
  return new llm.ChatContext(messages);
}

/**
 * Says that it was cut off, answers what the caller had asked last, and puts a question again that keys were to answer: those pressed
 * before are gone. Before anything was said, it greets.
 */
export function goOn(
  session: voice.AgentSession,
  phrases: Phrases,
  keys: Pick<Keys, 'ask'>,
  { prompt: { persona }, conversation: { said, question } }: GoingOn,
): void {
  const { resumed, allowInterruptions } = persona;
  if (said.length === 0) greet(session, phrases, persona);
  else phrases.say(resumed, { allowInterruptions, addToChatCtx: false });
  if (said.at(-1)?.role === 'user') session.generateReply({ allowInterruptions });
  if (question !== undefined) keys.ask(question);
}
