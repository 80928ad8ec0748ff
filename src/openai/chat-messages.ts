import { neutralise } from './neutralise.ts';

/** A message as the chat API takes it. */
export interface ChatMessage {
  role: string;
  /** Parts only where there are pictures. */
  content?: string | null | readonly object[];
  tool_calls?: readonly unknown[];
  [field: string]: unknown;
}

/** Stands where a template wants a user message and the caller has said nothing: when the agent speaks first. */
export const OPENING = '(call connected)';
/** The same at the end: some servers go on writing the last answer when nothing follows it. */
export const SILENCE = '(silence)';
/** What a tool gave that gave nothing. */
const DONE = 'done';

/**
 * The messages in the one shape that the strictest known chat templates accept: one system message, first; then user
 * and assistant by turns, the user first and last, none of them empty. The greeting stays an answer of the assistant
 * after a neutral user message, rather than becoming part of the system text: that text is then the same for all of a
 * call, primed or not, greeting heard or not, so that the server's prefix cache holds; and models are trained on it.
 *
 * Templates: Mistral-Nemo, Mistral Small 3.2, Ministral 3, Gemma 2 and 3 (turns alternate), Qwen3.5 (a user message,
 * system only at the beginning), mistral-common (a user or tool message last).
 *
 * What callers, transcripts and tools say holds no special token of a template; instructions are the operator's.
 *
 * @param systemInUser - for templates without a system role (Gemma 2): its text begins the first user message.
 */
export function shaped(messages: readonly ChatMessage[], systemInUser = false): ChatMessage[] {
  const said = messages
    .map(asResult)
    .filter(({ content, tool_calls }) => !isEmpty(content) || (tool_calls?.length ?? 0) > 0);
  const firstTurn = said.findIndex(({ role }) => !isSystem(role));
  const turnsAt = firstTurn < 0 ? said.length : firstTurn;
  const system = said
    .slice(0, turnsAt)
    .reduce((text, { content }) => joined(text, content, '\n\n'), '' as Content);
  const turns = said.slice(turnsAt).map(fromOutside).map(asTurn).reduce(addTurn, []);
  if (turns[0]?.role !== 'user') turns.unshift({ role: 'user', content: OPENING });
  if (!['user', 'tool'].includes(turns.at(-1)?.role ?? '')) turns.push({ role: 'user', content: SILENCE });
  if (isEmpty(system)) return turns;
  if (!systemInUser) return [{ role: 'system', content: system }, ...turns];
  const [first, ...others] = turns;
  return [{ ...first, role: 'user', content: joined(system, first?.content, '\n\n') }, ...others];
}

/** A call of a tool keeps its result, also one that gave none: templates refuse the one without the other. */
function asResult(message: ChatMessage): ChatMessage {
  return message.role === 'tool' && isEmpty(message.content) ? { ...message, content: DONE } : message;
}

type Content = NonNullable<ChatMessage['content']>;

function isSystem(role: string): boolean {
  return role === 'system' || role === 'developer';
}

function isEmpty(content: ChatMessage['content']): boolean {
  return typeof content === 'string' ? content.trim() === '' : (content?.length ?? 0) === 0;
}

function fromOutside(message: ChatMessage): ChatMessage {
  const { role, content } = message;
  if ((role !== 'user' && role !== 'tool') || !content) return message;
  if (typeof content === 'string') return { ...message, content: neutralise(content) };
  const isText = (part: object): part is { text: string } => 'text' in part && typeof part.text === 'string';
  return {
    ...message,
    content: content.map((part) => (isText(part) ? { ...part, text: neutralise(part.text) } : part)),
  };
}

/** Instructions between turns are told by the user's role: a second system message is refused. */
function asTurn(message: ChatMessage): ChatMessage {
  if (!isSystem(message.role)) return message;
  return { ...message, role: 'user', content: joined('(new instructions)', message.content, '\n') };
}

/** Neighbours of one role become one. A call of a tool ends its message. */
function addTurn(turns: ChatMessage[], message: ChatMessage): ChatMessage[] {
  const last = turns.at(-1);
  if (!last || last.role !== message.role || last.role === 'tool' || last.tool_calls) turns.push(message);
  else
    turns[turns.length - 1] = { ...last, ...message, content: joined(last.content, message.content, '\n') };
  return turns;
}

function joined(one: ChatMessage['content'], other: ChatMessage['content'], between: string): Content {
  if (isEmpty(one)) return other ?? '';
  if (isEmpty(other)) return one ?? '';
  if (typeof one === 'string' && typeof other === 'string') return `${one}${between}${other}`;
  return [...partsOf(one), ...partsOf(other)];
}

function partsOf(content: ChatMessage['content']): readonly object[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}
