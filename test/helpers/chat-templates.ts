import type { ChatMessage } from '../../src/openai/chat-messages.ts';

/** The rules of real chat templates about roles: what they raise, `undefined` where they render. */
type Template = (messages: readonly ChatMessage[]) => string | undefined;

const isText = ({ role, tool_calls }: ChatMessage) => role !== 'tool' && !tool_calls;

function alternates(turns: readonly ChatMessage[]): boolean {
  return turns.every(({ role }, index) => (role === 'user') === (index % 2 === 0));
}

function afterSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(messages[0]?.role === 'system' ? 1 : 0);
}

function others(messages: readonly ChatMessage[], known: readonly string[]): string | undefined {
  return messages.find(({ role }) => !known.includes(role))?.role;
}

/** mistralai/Mistral-Nemo-Instruct-2407, tokenizer_config.json: tool calls and results stand outside the turns. */
const mistralNemo: Template = (messages) =>
  alternates(afterSystem(messages).filter(isText))
    ? undefined
    : 'After the optional system message, conversation roles must alternate user/assistant/user/assistant/...';

/** mistralai/Mistral-Small-3.2-24B-Instruct-2506 and Ministral-3 (mistral-common's template generator, v7 and later). */
const mistralV7: Template = (messages) => {
  const turns = afterSystem(messages);
  if (!alternates(turns.filter(isText)))
    return 'After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.';
  const other = others(turns, ['user', 'assistant', 'tool']);
  if (other) return `Only user, assistant and tool roles are supported, got ${other}.`;
  const isBare = ({ role, content, tool_calls }: ChatMessage) =>
    role === 'assistant' && !content && !tool_calls;
  return turns.some(isBare)
    ? 'Assistant message must have a string or a list of chunks in content or a list of tool calls.'
    : undefined;
};

/** google/gemma-2-9b-it, tokenizer_config.json. */
const gemma2: Template = (messages) => {
  if (messages[0]?.role === 'system') return 'System role not supported';
  return alternates(messages)
    ? undefined
    : 'Conversation roles must alternate user/assistant/user/assistant/...';
};

/** google/gemma-3-12b-it, chat_template.json: the system text goes into the first user message. */
const gemma3: Template = (messages) =>
  alternates(afterSystem(messages))
    ? undefined
    : 'Conversation roles must alternate user/assistant/user/assistant/...';

/** Qwen/Qwen3.5, chat_template.jinja. */
const qwen35: Template = (messages) => {
  if (messages.length === 0) return 'No messages provided.';
  if (messages.some(({ role }, index) => role === 'system' && index > 0))
    return 'System message must be at the beginning.';
  const other = others(messages, ['system', 'user', 'assistant', 'tool']);
  if (other) return 'Unexpected message role.';
  return messages.some(({ role }) => role === 'user') ? undefined : 'No user query found in messages.';
};

/** mistral-common 1.8, `MistralRequestValidator`, which vLLM uses with `--tokenizer-mode mistral`. */
const mistralCommon: Template = (messages) => {
  const last = messages.at(-1)?.role ?? 'nothing';
  return ['user', 'tool'].includes(last)
    ? undefined
    : `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${last}`;
};

export const TEMPLATES: Readonly<Record<string, Template>> = {
  'Mistral-Nemo': mistralNemo,
  'Mistral Small 3.2, Ministral 3': mistralV7,
  'Gemma 3': gemma3,
  'Qwen3.5': qwen35,
  'mistral-common': mistralCommon,
};
export const GEMMA_2 = gemma2;

/** ChatML, as Qwen and many others render it. */
export function chatMl(messages: readonly ChatMessage[]): string {
  const rendered = messages.map(({ role, content }) => `<|im_start|>${role}\n${String(content)}<|im_end|>\n`);
  return `${rendered.join('')}<|im_start|>assistant\n`;
}
