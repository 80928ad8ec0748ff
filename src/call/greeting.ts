import type { voice } from '@livekit/agents';
import type { Persona } from '../persona/store.ts';
import type { Phrases } from './phrases.ts';

/** Speaks first, as the prompt file says: a fixed text, an instruction to the model, or not at all. */
export function greet(
  session: voice.AgentSession,
  phrases: Phrases,
  { greeting, allowInterruptions }: Persona,
): void {
  if (!greeting) return;
  if ('text' in greeting) phrases.say(greeting.text, { allowInterruptions });
  else session.generateReply({ instructions: greeting.instruction, allowInterruptions });
}
