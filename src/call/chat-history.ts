import type { llm, voice } from '@livekit/agents';
import { chatItems, forgetItems } from '../framework/chat-items.ts';
import type { Happening, Subscriber } from '../observe/call-events.ts';
import type { ChatEndpoint } from '../openai/chat-body.ts';
import { budgetOf, excessTokens } from '../openai/chat-budget.ts';
import { type Entry, RESULT_LEFT_OUT, trimOf } from '../openai/chat-trim.ts';

export interface HistoryParts {
  session: voice.AgentSession;
  /** The chat model: what it takes, and how it counts. */
  chat: ChatEndpoint;
  instructions: string;
  /** Limit of an answer, where there is one. */
  maxTokens?: number | undefined;
  emit(happening: Happening): void;
}

/**
 * Bounds the conversation of a call by what its model takes, each time the agent has spoken: no answer is being prepared
 * then that the change would make useless, and nobody waits. In blocks, so that the model's server can keep for many turns
 * what it has read (`openai/chat-budget.ts`).
 */
export function boundHistory(parts: HistoryParts): Subscriber {
  return ({ type }) => {
    if (type === 'agent-spoke') trim(parts);
  };
}

function trim({ session, chat, instructions, maxTokens, emit }: HistoryParts): void {
  const items = chatItems(session);
  const entries = items.map(entryOf);
  const { gauge } = chat.memory;
  const tokensOf = (some: readonly Entry[]) =>
    gauge.tokens({
      chars: some.reduce((sum, { chars }) => sum + chars, instructions.length),
      messages: some.length,
    });
  const tokensBefore = tokensOf(entries);
  const excess = excessTokens(tokensBefore, budgetOf(chat, maxTokens));
  if (excess <= 0) return;
  const { dropped, emptied } = trimOf(entries, gauge.chars(excess));
  if (dropped.size + emptied.size === 0) return;
  for (const at of emptied) leaveOutResult(items[at]);
  forgetItems(session, new Set([...dropped].flatMap((at) => items[at]?.id ?? [])));
  emit({
    type: 'chat-trimmed',
    reason: 'budget',
    tokensBefore,
    tokensAfter: tokensOf(chatItems(session).map(entryOf)),
  });
}

function leaveOutResult(item: llm.ChatItem | undefined): void {
  if (item?.type === 'function_call_output') item.output = RESULT_LEFT_OUT;
}

/** Instructions stay whatever they are; what the framework keeps for itself has no length. */
function entryOf(item: llm.ChatItem): Entry {
  switch (item.type) {
    case 'message': {
      const role = item.role === 'developer' ? 'system' : item.role;
      return { role, chars: item.textContent?.length ?? 0 };
    }
    case 'function_call':
      return { role: 'assistant', chars: item.name.length + item.args.length };
    case 'function_call_output':
      return { role: 'tool', chars: item.output.length };
    default:
      return { role: 'system', chars: 0 };
  }
}
