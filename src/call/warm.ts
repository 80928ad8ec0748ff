import { modelEndpoints, servedBy } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import { EndpointError, type EndpointName } from '../errors.ts';
import type { ChatEndpoint } from '../openai/chat-body.ts';
import { listModels, type ModelInfo } from '../openai/models.ts';
import { primeChat } from '../openai/prime.ts';
import { chatChoices, type LlmChoices } from '../stages/llm.ts';
import type { Primed } from './primed.ts';

export interface WarmOptions {
  config: Config;
  /** The model reads its instructions now, so that its first answer need not wait for that. */
  persona: LlmChoices & { instructions: string };
  chat: ChatEndpoint;
  /** As the call offers them, for `POST /chat/completions`. */
  tools?: readonly object[];
  /** What it has read lately for other calls of this process. */
  primed: Primed;
  /** The call's end. */
  signal: AbortSignal;
  /** An endpoint that is not there. */
  onError(error: EndpointError): void;
}

/**
 * What the first turn would otherwise wait for: connections to the model endpoints, TLS included, and the model's
 * reading of the instructions (servers keep what they have read: prefix caching). Nothing depends on its success.
 */
export async function warmEndpoints(options: WarmOptions): Promise<void> {
  const { config, signal, onError } = options;
  const priming = prime(options);
  const opens = (name: EndpointName) => isWorthOpening(name, config, priming !== undefined);
  const listings = modelEndpoints(config)
    .filter(({ isFirst }) => isFirst)
    .filter(({ name }) => opens(name) || (name === 'llm' && isContextWanted(options)))
    .map(async ({ name, deadlines, isFirst: _, ...server }) => {
      const once = { ...deadlines, attempts: 1 };
      const listing = listModels({ ...server, endpoint: name, deadlines: once, signal });
      const models = opens(name) ? await listing : await listing.catch(() => undefined);
      if (name === 'llm') learnContext(options, models);
    });
  for (const { reason } of (await Promise.allSettled([priming, ...listings])).filter(isRejected)) {
    if (reason instanceof EndpointError && reason.failure !== 'aborted') onError(reason);
  }
}

/** How long a conversation may be follows from what the model takes, where nothing else says it. */
function isContextWanted({ config, chat }: WarmOptions): boolean {
  return chat.memory.learned.contextTokens === undefined && !servedBy(config, 'llm').plugin;
}

function learnContext(options: WarmOptions, models: readonly ModelInfo[] | undefined): void {
  const { chat } = options;
  const contextTokens = models?.find(({ id }) => id === chat.model)?.contextTokens;
  if (contextTokens !== undefined && isContextWanted(options)) chat.memory.learn({ contextTokens });
}

/** `undefined` where the model does not have to read. */
function prime({
  config,
  persona,
  chat,
  tools = [],
  primed,
  signal,
}: WarmOptions): Promise<void> | undefined {
  const { llm } = config;
  if (!llm.prime || servedBy(config, 'llm').plugin) return undefined;
  const ask = {
    ...chatChoices(llm, persona),
    tools,
    messages: [{ role: 'system', content: persona.instructions }],
    endMarks: llm.judgesTurns ? { unfinished: new Set<string>() } : undefined,
  };
  const read = JSON.stringify([chat.baseUrl, chat.model, chat.extraBody, ask]);
  if (!primed.claim(read)) return undefined;
  // Nobody waits for it.
  const deadlines = { ...llm, hedgeAfterMs: 0 };
  return primeChat(chat, ask, { deadlines, signal }).catch((error: unknown) => {
    primed.forget(read);
    throw error;
  });
}

/**
 * Whether a request made now opens a connection that the call will use. Priming opens that of the LLM, the WebSocket that of a
 * realtime transcriber.
 */
function isWorthOpening(name: EndpointName, { stt }: Config, isPriming: boolean): boolean {
  if (name === 'stt') return stt.mode !== 'realtime';
  return name !== 'llm' || !isPriming;
}

function isRejected(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === 'rejected';
}
