import { streamChat } from '../../../src/openai/chat.ts';
import { type ChatAsk, type ChatEndpoint, chatBody } from '../../../src/openai/chat-body.ts';
import type { ChatMessage } from '../../../src/openai/chat-messages.ts';
import type { JsonObject } from '../../../src/openai/extra-body.ts';
import { listModels } from '../../../src/openai/models.ts';
import { endpointUrl, readText, request } from '../../../src/openai/request.ts';
import { type Case, newMemory, options, outcomeOf, type Target } from './case.ts';

const SYSTEM = 'You answer calls for a phone company. Answer in one short sentence.';
const QUESTION = 'When does the shop open?';
const GREETING = 'Welcome to Contoh Telecom, how may I help you?';

const system: ChatMessage = { role: 'system', content: SYSTEM };
const user: ChatMessage = { role: 'user', content: QUESTION };
const greeting: ChatMessage = { role: 'assistant', content: GREETING };
const tools = [
  {
    type: 'function',
    function: {
      name: 'opening_hours',
      description: 'When the shop is open',
      parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    },
  },
];
const call = {
  id: 'call00001',
  type: 'function',
  function: { name: 'opening_hours', arguments: '{"day":"Monday"}' },
};
const usedTool: ChatMessage[] = [
  { role: 'assistant', content: '', tool_calls: [call] },
  { role: 'tool', tool_call_id: 'call00001', content: 'nine to five' },
];

type Wanted = Partial<ChatAsk> & { model?: string; extraBody?: JsonObject; thinkingOff?: true };

const endpointOf = ({ baseUrl, model }: Target, wanted: Wanted): ChatEndpoint => {
  const memory = newMemory();
  if (wanted.thinkingOff) memory.learn({ thinkingOff: true });
  return { baseUrl, model: wanted.model ?? model, extraBody: wanted.extraBody, memory };
};

const askOf = ({ model: _, extraBody: __, thinkingOff: ___, ...ask }: Wanted): ChatAsk => ({
  messages: [system, user],
  temperature: 0,
  maxTokens: 24,
  ...ask,
});

/** An answer as calls ask for it. */
function answer(name: string, wanted: Wanted = {}, ofTemplate?: true): Case {
  return {
    name: `chat.${name}`,
    stage: 'chat',
    ...(ofTemplate && { ofTemplate }),
    run: (target) =>
      outcomeOf(async () => {
        const endpoint = endpointOf(target, wanted);
        const said = { text: '', thoughts: '', finish: '', tools: '' };
        let usage = false;
        for await (const part of streamChat(endpoint, askOf(wanted), options())) {
          said.text += part.text;
          said.thoughts += part.thoughts;
          said.finish ||= part.finish ?? '';
          usage ||= part.usage !== undefined;
          for (const one of part.toolCalls) said.tools += `${one.name ?? ''}${one.arguments}`;
        }
        const { learned } = endpoint.memory;
        return { ...said, usage, ...(Object.keys(learned).length > 0 && { learned: { ...learned } }) };
      }),
  };
}

/** A request that the product is careful not to make: its body, changed. */
function refused(name: string, refuses: Case['refuses'], change: (body: JsonObject) => JsonObject): Case {
  return {
    name: `chat.${name}`,
    stage: 'chat',
    ...(refuses && { refuses }),
    ...(refuses === 'a role out of turn' && { ofTemplate: true as const }),
    run: (target) =>
      outcomeOf(async () => {
        const made = change(chatBody(endpointOf(target, {}), askOf({})));
        const one = {
          ...options(),
          endpoint: 'llm' as const,
          url: endpointUrl(target.baseUrl, 'chat/completions'),
          init: {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: new TextEncoder().encode(JSON.stringify(made)),
          },
        };
        await readText(one, await request(one));
        return { taken: true };
      }),
  };
}

const messages =
  (...list: ChatMessage[]) =>
  (body: JsonObject) => ({ ...body, messages: list });

export const CHAT_CASES: readonly Case[] = [
  {
    name: 'chat.models',
    stage: 'chat',
    run: ({ baseUrl }) => outcomeOf(async () => ({ models: await listModels({ baseUrl, ...options() }) })),
  },
  answer('answer', {}, true),
  answer('after-greeting', { messages: [system, greeting, user] }, true),
  answer('agent-first', { messages: [system] }, true),
  // The framework gives an empty list where a prompt has no tools.
  answer('no-tools', { tools: [] }),
  answer('tools', { tools, toolChoice: 'auto' }, true),
  answer('tool-result', { tools, messages: [system, user, ...usedTool] }, true),
  answer('cut-short', { maxTokens: 2 }),
  answer('thinking-off', { thinkingOff: true }, true),
  answer('unknown-model', { model: 'no-such-model' }),
  answer('too-long', { messages: [system, { role: 'user', content: 'word '.repeat(6000) }] }),
  answer('temperature', { temperature: 3 }),
  answer('temperature-negative', { temperature: -1 }),
  answer('unknown-field', { extraBody: { no_such_field: 1 } }),
  refused('refused-empty-tools', 'empty tools', (body) => ({ ...body, tools: [] })),
  refused('refused-both-limits', 'both token limits', (body) => ({ ...body, max_tokens: 24 })),
  refused('refused-two-users', 'a role out of turn', messages(system, user, user)),
  refused('refused-agent-first', 'a role out of turn', messages(system, greeting, user)),
  refused('refused-no-user', 'a role out of turn', messages(system)),
  refused('refused-agent-last', 'a role out of turn', messages(system, user, greeting)),
  refused('refused-late-system', 'a role out of turn', messages(system, user, greeting, system, user)),
  refused('refused-zero-tokens', undefined, (body) => ({ ...body, max_completion_tokens: 0 })),
];
