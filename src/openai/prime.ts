import { streamChat } from './chat.ts';
import type { ChatAsk, ChatEndpoint } from './chat-body.ts';
import type { RemoteOptions } from './request.ts';

/**
 * Lets a chat model read the beginning of a conversation, for one token, with a request like those of the call: what
 * the endpoint refuses is learned before the first turn. Servers with prefix caching (vLLM, SGLang, llama.cpp) then
 * answer the first real request sooner.
 *
 * @param ask - as the call will ask: its instructions, tools, temperature.
 * @throws EndpointError
 */
export async function primeChat(endpoint: ChatEndpoint, ask: ChatAsk, options: RemoteOptions): Promise<void> {
  for await (const _ of streamChat(endpoint, { ...ask, instead: { maxTokens: 1 } }, options));
}
