import { authorization, endpointUrl, type RemoteOptions, readText, request } from './request.ts';

export interface PrimeOptions extends RemoteOptions {
  /** Such as `http://gpu-host:8000/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  model: string;
  /** The system message of the conversation that will follow. */
  instructions: string;
}

/**
 * Lets a chat model read the beginning of a conversation, for one token: `POST {baseUrl}/chat/completions`. Servers
 * with prefix caching (vLLM, SGLang, llama.cpp) then answer the first real request sooner.
 * @throws EndpointError
 */
export async function primeChat(options: PrimeOptions): Promise<undefined> {
  const { baseUrl, apiKey, model, instructions } = options;
  const body = {
    model,
    messages: [{ role: 'system', content: instructions }],
    max_completion_tokens: 1,
  };
  const call = {
    ...options,
    endpoint: 'llm' as const,
    url: endpointUrl(baseUrl, 'chat/completions'),
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(apiKey) },
      body: new TextEncoder().encode(JSON.stringify(body)),
    },
    secrets: [apiKey ?? '', instructions],
  };
  await readText(call, await request(call));
}
