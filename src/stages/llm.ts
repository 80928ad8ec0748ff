import type { llm } from '@livekit/agents';
import { LLM } from '@livekit/agents-plugin-openai';
import { OpenAI } from 'openai';
import type { Config } from '../config/schema.ts';
import { deadlineFetch } from '../openai/deadline-fetch.ts';
import { asEndpointError } from './endpoint.ts';
import { reportFirstByte, type StageHooks } from './hooks.ts';

export interface LlmChoices {
  temperature?: number | undefined;
  maxTokens?: number | undefined;
}

/**
 * The chat model of one call: the OpenAI plugin over a client whose `fetch` keeps this program's deadlines and
 * retries (the SDK's own default is one deadline of ten minutes).
 *
 * @param persona - what the prompt file asks for; it wins over the configuration.
 */
export function createLlm(options: Config['llm'], persona: LlmChoices, hooks: StageHooks): llm.LLM {
  // The client hides what happened to a request in an error of its own: it is heard of here, and not again below.
  let told = false;
  const ask = deadlineFetch({
    endpoint: 'llm',
    deadlines: options,
    onTiming: reportFirstByte(hooks, 'llm'),
    onError(error) {
      told = true;
      hooks.onError(error);
    },
  });
  const client = new OpenAI({
    baseURL: options.baseUrl ?? null,
    // The SDK refuses an empty key; servers without keys ignore the header.
    apiKey: options.apiKey ?? 'none',
    maxRetries: 0,
    fetch(input, init) {
      hooks.onMark?.('asked');
      return ask(input, init);
    },
  });
  const temperature = persona.temperature ?? options.temperature;
  const plugin = new LLM({
    client,
    model: options.model,
    ...(temperature === undefined ? {} : { temperature }),
    ...(persona.maxTokens === undefined ? {} : { maxCompletionTokens: persona.maxTokens }),
  });
  plugin.on('error', ({ error, recoverable }) => {
    if (!recoverable && !told) hooks.onError(asEndpointError(error, 'llm', options.baseUrl));
    told = false;
  });
  return plugin;
}
