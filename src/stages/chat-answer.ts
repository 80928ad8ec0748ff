import { type APIConnectOptions, llm } from '@livekit/agents';
import { type ChatAsk, type ChatEndpoint, THINKING_OFF } from '../openai/chat-body.ts';
import type { ChatMessage } from '../openai/chat-messages.ts';
import type { Clock } from '../openai/clock.ts';
import type { RemoteOptions } from '../openai/request.ts';
import { type Attempt, type AttemptParts, BrokenAnswer, readAnswer } from './answer-attempt.ts';
import { attemptNow } from './attempt.ts';
import { continued } from './continued-answer.ts';
import type { CallMarks } from './end-marks.ts';
import { asEndpointError } from './endpoint.ts';
import { reporters, type StageHooks } from './hooks.ts';
import { toolBodies } from './tool-calls.ts';

export interface ChatAnswerParts {
  endpoint: ChatEndpoint;
  deadlines: RemoteOptions['deadlines'];
  hooks: StageHooks;
  clock: Clock;
  /** Where answers are to say whether the caller has finished. */
  marks?: CallMarks | undefined;
  /** Without the messages and tools, which the stream has. */
  ask: Omit<ChatAsk, 'messages' | 'tools'>;
}

export interface ChatAnswerInput {
  chatCtx: llm.ChatContext;
  toolCtx?: llm.ToolContext;
  connOptions: APIConnectOptions;
}

type Until = Pick<AttemptParts, 'giveUpAtMs' | 'awaitsBegin'>;

/** An answer in which only thoughts came for so long is asked for once more, without them. */
const THINKS_MS = 5000;
/** From the first request to the first word of the second's answer; before the first answer begins, the endpoint's deadlines hold. */
const NOTHING_MS = 8000;
/** Room for an answer whose limit was used up before its first word. */
const MORE_TOKENS = 2048;

/**
 * One answer of a chat model, as the framework's stream. An answer with nothing to say in it (thoughts only, only
 * punctuation, a tool that nobody offered) is asked for once more in other terms: no thinking, more tokens, no tools.
 */
export class ChatAnswer extends llm.LLMStream {
  readonly #parts: ChatAnswerParts;
  readonly #attemptId = attemptNow();

  constructor(owner: llm.LLM, parts: ChatAnswerParts, input: ChatAnswerInput) {
    super(owner, input);
    this.#parts = parts;
  }

  /** Throws for the framework's log: `onError` was told, and it makes no retries of its own. */
  protected override async run(): Promise<void> {
    const { hooks, endpoint } = this.#parts;
    try {
      await this.#answer();
    } catch (error) {
      if (this.abortController.signal.aborted) return;
      const failure = asEndpointError(error, 'llm', endpoint.baseUrl);
      hooks.onError(failure);
      throw failure;
    }
  }

  async #answer(): Promise<void> {
    const { hooks, clock, ask: options, endpoint, marks } = this.#parts;
    const startedAt = clock.now();
    const messages = (await this.chatCtx.toProviderFormat('openai')) as ChatMessage[];
    const onTrimmed = hooks.onTrimmed?.bind(hooks);
    const ask = { ...options, endMarks: marks, messages, tools: toolBodies(this.toolCtx), onTrimmed };
    hooks.onMark?.('asked', this.#attemptId);
    const first = await this.#attempt(ask, { giveUpAtMs: startedAt + THINKS_MS, awaitsBegin: true });
    const giveUpAtMs = startedAt + NOTHING_MS;
    const isOver = this.abortController.signal.aborted || clock.now() >= giveUpAtMs;
    if (first.isAnswer || isOver) return this.#report(first, 1);
    const second = await this.#attempt(otherwise(ask, first), { giveUpAtMs, awaitsBegin: false });
    if (second.isAnswer && first.thoughtChars > 0) endpoint.memory.learn({ thinkingOff: true });
    this.#report(second, 2);
  }

  /**
   * An answer that its server breaks off is gone on with by the next one, or the same where there is no other: once, and once
   * more for each further server.
   */
  async #attempt(ask: ChatAsk, until: Until): Promise<Attempt> {
    const { endpoint, clock } = this.#parts;
    let left = Math.max(1, endpoint.others?.length ?? 0);
    let [after, rest]: [string, Partial<AttemptParts>] = ['', until];
    for (;;) {
      try {
        const attempt = await this.#read(after === '' ? ask : continued(ask, after), {
          ...until,
          ...rest,
          after,
        });
        return {
          ...attempt,
          isAnswer: attempt.isAnswer || after !== '',
          chars: after.length + attempt.chars,
        };
      } catch (error) {
        if (!(error instanceof BrokenAnswer)) throw error;
        if (left === 0 || this.abortController.signal.aborted) throw error.cause;
        left -= 1;
        after += error.said;
        rest = { avoid: error.server, giveUpAtMs: clock.now() + THINKS_MS, awaitsBegin: true };
      }
    }
  }

  #read(ask: ChatAsk, rest: Until & Pick<AttemptParts, 'after' | 'avoid'>): Promise<Attempt> {
    const { endpoint, deadlines, hooks, clock, marks } = this.#parts;
    const { chatCtx } = this;
    const attempt = this.#attemptId;
    return readAnswer({
      endpoint,
      ask,
      options: { deadlines, ...reporters(hooks, 'llm', attempt) },
      onEndMark: (isFinished, server) => marks?.begun({ chatCtx, server, isFinished, attempt }, hooks),
      onUsage: (usage) => hooks.onTokens?.(usage, attempt),
      signal: this.abortController.signal,
      clock,
      ...rest,
      offered: new Set(Object.keys(this.toolCtx?.functionTools ?? {})),
      put: (chunk) => this.queue.put(chunk),
    });
  }

  #report(attempt: Attempt, tries: number): void {
    if (!this.abortController.signal.aborted) this.#parts.hooks.onAnswer?.({ ...attempt, tries });
  }
}

/** The same question, so that the answer may be another. */
function otherwise(ask: ChatAsk, { finish }: Attempt): ChatAsk {
  const { tools: _, toolChoice: __, parallelToolCalls: ___, ...rest } = ask;
  const isLimited = ask.maxTokens !== undefined || finish === 'length';
  const maxTokens = isLimited ? Math.max(ask.maxTokens ?? 0, MORE_TOKENS) : undefined;
  return { ...rest, instead: { maxTokens, extraBody: THINKING_OFF } };
}
