import { type APIConnectOptions, DEFAULT_API_CONNECT_OPTIONS, llm } from '@livekit/agents';
import { servedBy, serversOf } from '../config/models.ts';
import type { Providers } from '../config/providers/provider.ts';
import type { Config } from '../config/schema.ts';
import type { ChatEndpoint } from '../openai/chat-body.ts';
import { ChatMemory } from '../openai/chat-learned.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import { merged } from '../openai/extra-body.ts';
import type { Persona } from '../persona/persona.ts';
import { urlHost } from '../urls.ts';
import { ChatAnswer } from './chat-answer.ts';
import { CallMarks } from './end-marks.ts';
import { asEndpointError } from './endpoint.ts';
import type { StageHooks } from './hooks.ts';

export interface LlmChoices {
  temperature?: number | undefined;
  maxTokens?: number | undefined;
  extraBody?: Persona['extraBody'];
}

/** The chat endpoint of the configuration with those that follow it, for calls, priming and `check` alike; a prompt file's fields win. */
export function chatEndpoint(
  config: Config,
  persona: LlmChoices,
  memory: ChatMemory = new ChatMemory(),
): ChatEndpoint {
  const [first, ...others] = serversOf(config, 'llm').map(
    ({ baseUrl, apiKey, headers, model, extraBody }) => {
      const fields = merged(extraBody ?? {}, persona.extraBody?.llm);
      return { baseUrl, apiKey, headers, model, extraBody: fields, historyTokens: config.llm.historyTokens };
    },
  );
  if (!first) throw new RangeError('no chat endpoint');
  return { ...first, memory, others: others.map((one) => ({ ...one, memory: memory.of(one) })) };
}

/** What every request of a call asks for; the prompt file wins over the configuration. */
export function chatChoices(
  options: Config['llm'],
  persona: LlmChoices,
): Pick<LlmChoices, 'temperature' | 'maxTokens'> {
  return { temperature: persona.temperature ?? options.temperature, maxTokens: persona.maxTokens };
}

export interface LlmParts {
  hooks: StageHooks;
  /** Shared with priming, which learns before the first turn. */
  endpoint?: ChatEndpoint;
  clock?: Clock;
}

/** The chat model of one call: our own client, or the provider's. */
export async function createLlm(
  config: Config,
  persona: LlmChoices,
  parts: LlmParts,
  providers?: Providers,
): Promise<llm.LLM> {
  const { plugin, baseUrl, own, model: name } = servedBy(config, 'llm', providers);
  if (!plugin) return new ChatModel(config, persona, parts);
  const { temperature, maxTokens } = chatChoices(config.llm, persona);
  const model = await plugin.create({ own, model: name, temperature, maxTokens });
  model.on('error', ({ error }) => parts.hooks.onError(asEndpointError(error, 'llm', baseUrl)));
  return model;
}

interface ChatOptions {
  chatCtx: llm.ChatContext;
  toolCtx?: llm.ToolContextLike;
  connOptions?: APIConnectOptions;
  parallelToolCalls?: boolean;
  toolChoice?: llm.ToolChoice;
}

/** A model behind an OpenAI-compatible endpoint, over our own requests: deadlines, retries before the first byte, abort. */
export class ChatModel extends llm.LLM {
  readonly #options: Config['llm'];
  readonly #choices: Pick<LlmChoices, 'temperature' | 'maxTokens'>;
  readonly #marks: CallMarks | undefined;
  readonly #hooks: StageHooks;
  readonly #endpoint: ChatEndpoint;
  readonly #clock: Clock;

  constructor(config: Config, persona: LlmChoices, { hooks, endpoint, clock }: LlmParts) {
    super();
    this.#options = config.llm;
    this.#choices = chatChoices(config.llm, persona);
    if (config.llm.judgesTurns) this.#marks = new CallMarks();
    this.#hooks = hooks;
    this.#endpoint = endpoint ?? chatEndpoint(config, persona);
    this.#clock = clock ?? systemClock;
  }

  override label(): string {
    return 'voice-agent.ChatModel';
  }

  override get model(): string {
    return this.#endpoint.model;
  }

  override get provider(): string {
    return urlHost(this.#endpoint.baseUrl);
  }

  override chat(options: ChatOptions): llm.LLMStream {
    const { chatCtx, toolCtx, connOptions = DEFAULT_API_CONNECT_OPTIONS } = options;
    const { parallelToolCalls, toolChoice } = options;
    const parts = {
      endpoint: this.#endpoint,
      deadlines: this.#options,
      hooks: this.#hooks,
      clock: this.#clock,
      marks: this.#marks,
      ask: { ...this.#choices, parallelToolCalls, toolChoice },
    };
    return new ChatAnswer(this, parts, {
      chatCtx,
      connOptions,
      ...(toolCtx && { toolCtx: llm.toToolContext(toolCtx) }),
    });
  }
}
