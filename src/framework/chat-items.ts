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

/**
 * Takes a turn out of both, and all that followed on it.
 *
 * @param text - what the caller said in it.
 * @returns since when that was said, in milliseconds since the epoch; `undefined` where the last turn is another one: an answer that is
 *   cut off before it begins may leave nothing there.
 */
export function forgetTurn(session: voice.AgentSession, text: string): number | undefined {
  const items = chatItems(session);
  const from = items.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  const last = items[from];
  if (last?.type !== 'message' || last.textContent?.trim() !== text.trim()) return undefined;
  forgetItems(session, new Set(items.slice(from).map(({ id }) => id)));
  return last.createdAt;
}
