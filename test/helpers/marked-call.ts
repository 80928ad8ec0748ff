import { initializeLogger, llm } from '@livekit/agents';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import { ChatModel, chatEndpoint } from '../../src/stages/llm.ts';
import { Chunker } from '../../src/stages/text/chunker.ts';
import { type StandIn, startStandIn } from '../../src/standin/server.ts';
import { configFrom } from './config.ts';

export const INSTRUCTIONS = 'Be brief.';
export const GREETING = 'Hello, this is your bank.';

interface Sent {
  role: string;
  content?: string;
}

/** A call's chat, from the LLM stage to what the voice is given, over a stand-in; without sound. */
export async function openMarkedCall(env: Record<string, string> = {}) {
  initializeLogger({ pretty: false, level: 'silent' });
  const standIn = await startStandIn({ programs: { espeak: [], pocketsphinx: [], flite: false } });
  return { standIn, ...callOver(standIn, env) };
}

/** Another call over the same stand-in. @param memory - what was learned of it before */
export function callOver(standIn: StandIn, env: Record<string, string>, memory = new ChatMemory()) {
  const judged: { isFinished: boolean; attempt: number }[] = [];
  const leftOut: string[] = [];
  const awaited: string[] = [];
  const config = configFrom({
    ...{
      LLM_BASE_URL: standIn.baseUrl,
      LLM_ATTEMPTS: '1',
      LLM_HEDGE_AFTER_MS: '0',
      LLM_JUDGES_TURNS: 'true',
    },
    ...env,
  });
  const model = new ChatModel(
    config,
    {},
    {
      endpoint: chatEndpoint(config, {}, memory),
      hooks: {
        onError() {},
        onEndMark: (isFinished, attempt) => judged.push({ isFinished, attempt }),
        onMarkAwaited: (mark) => awaited.push(mark),
        onEndMarksLeftOut: ({ model }) => leftOut.push(model),
      },
    },
  );
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'system', content: INSTRUCTIONS });
  chatCtx.addMessage({ role: 'assistant', content: GREETING });

  /** Answers the chat as it is: what is shown, and what the voice is given. */
  async function answer(): Promise<{ shown: string; heard: string[] }> {
    const chunker = new Chunker({ firstWords: 6 });
    const heard: string[] = [];
    let shown = '';
    const connOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
    for await (const { delta } of model.chat({ chatCtx, connOptions })) {
      shown += delta?.content ?? '';
      heard.push(...chunker.push(delta?.content ?? '').map(({ text }) => text));
    }
    heard.push(...chunker.end().map(({ text }) => text));
    if (shown) chatCtx.addMessage({ role: 'assistant', content: shown });
    return { shown, heard };
  }

  /** A turn of the caller, in speech unless written, and its answer. */
  function turn(said: string, isWritten = false) {
    const heard = isWritten ? {} : { transcriptConfidence: 1 };
    chatCtx.insert(llm.ChatMessage.create({ role: 'user', content: said, ...heard }));
    return answer();
  }

  /** The messages of each request. */
  const sent = () =>
    standIn
      .requests('llm')
      .map(({ details }) => (details?.body as { messages: Sent[] } | undefined)?.messages ?? []);
  return { turn, answer, chatCtx, judged, leftOut, awaited, memory, sent, model };
}
