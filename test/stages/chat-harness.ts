import { initializeLogger, llm } from '@livekit/agents';
import { beforeAll } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import type { AnswerEnd } from '../../src/stages/hooks.ts';
import { ChatModel, chatEndpoint, type LlmChoices } from '../../src/stages/llm.ts';
import { startStandIn } from '../../src/standin/server.ts';
import { configFrom } from '../helpers/config.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { perTest } from '../helpers/per-test.ts';

export interface Asked {
  persona?: LlmChoices;
  env?: Record<string, string>;
  said?: [llm.ChatRole, string][];
  tools?: llm.ToolContextLike;
}

export const CALL: [llm.ChatRole, string][] = [
  ['system', 'Be brief.'],
  ['assistant', 'Hello!'],
  ['user', 'My bill?'],
];
export const DONE = 'data: [DONE]\n\n';
const NO_RETRY = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };

/** A scripted stream of the stand-in. */
export const answer = (...chunks: (object | string)[]) => ({ chunks: chunks as { delta: unknown }[] });

/** The LLM stage over a stand-in, each test its own; what it told its call is in `errors` and `ends`. */
export function useChat() {
  beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
  return perTest(openChat, ({ standIn }) => standIn.close());
}

async function openChat() {
  const standIn = await startStandIn({ programs: { espeak: [], pocketsphinx: [], flite: false } });
  const errors: EndpointError[] = [];
  const ends: AnswerEnd[] = [];
  const memory = new ChatMemory();
  const clock = manualClock();

  /** As the session asks: with a set of tools, though it is empty. */
  function open({ persona = {}, env = {}, said = CALL, tools = new llm.ToolContext([]) }: Asked) {
    const config = configFrom({ LLM_BASE_URL: standIn.baseUrl, LLM_ATTEMPTS: '1', ...env });
    const model = new ChatModel(config, persona, {
      hooks: { onError: (error) => errors.push(error), onAnswer: (end) => ends.push(end) },
      endpoint: chatEndpoint(config, persona, memory),
      clock,
    });
    const chatCtx = llm.ChatContext.empty();
    for (const [role, content] of said) chatCtx.addMessage({ role, content });
    return model.chat({ chatCtx, connOptions: NO_RETRY, toolCtx: tools });
  }

  async function ask(asked: Asked = {}): Promise<{ text: string; calls: llm.FunctionCall[] }> {
    let text = '';
    const calls: llm.FunctionCall[] = [];
    for await (const { delta } of open(asked)) {
      text += delta?.content ?? '';
      calls.push(...(delta?.toolCalls ?? []));
    }
    return { text, calls };
  }

  const bodies = () => standIn.requests('llm').map(({ details }) => details?.body);
  return { standIn, errors, ends, memory, clock, open, ask, bodies };
}
