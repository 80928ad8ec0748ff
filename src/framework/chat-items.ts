import type { llm, voice } from '@livekit/agents';

/**
 * The conversation that the agent answers from; none before the session runs. Agents 1.9.0 gives out copies of it
 * (`agent.chatCtx`), and replaces it whole (`updateChatCtx`), which would lose what is added at the same time.
 */
export function chatItems(session: voice.AgentSession): readonly llm.ChatItem[] {
  return session._activity?.agent._chatCtx.items ?? [];
}

/**
 * Takes items out of the conversation, and out of the session's record of it: both grow for as long as a session runs.
 *
 * @param ids - of the items.
 */
export function forgetItems(session: voice.AgentSession, ids: ReadonlySet<string>): void {
  for (const context of [session._activity?.agent._chatCtx, session.history]) {
    if (context) context.items = context.items.filter(({ id }) => !ids.has(id));
  }
}
