import type { llm } from '@livekit/agents';
import { AppError, messageOf } from '../errors.ts';
import { streamChat } from '../openai/chat.ts';
import type { ChatAsk, ChatEndpoint } from '../openai/chat-body.ts';
import type { ChatPart, ChatUsage } from '../openai/chat-part.ts';
import type { Clock } from '../openai/clock.ts';
import type { RemoteOptions } from '../openai/request.ts';
import { Continuation } from './continued-answer.ts';
import type { AnswerEnd } from './hooks.ts';
import { SpeakableText } from './speakable.ts';
import { AnswerFilter } from './text/answer-filter.ts';
import { MarkFilter } from './text/mark-filter.ts';
import { WholeWords } from './text/whole-words.ts';
import { ToolCalls } from './tool-calls.ts';

export type Attempt = Omit<AnswerEnd, 'tries'>;

export interface AttemptParts {
  endpoint: ChatEndpoint;
  ask: ChatAsk;
  options: RemoteOptions;
  /** The end of the whole answer. */
  signal: AbortSignal;
  clock: Clock;
  /** On `clock`: when there must be something to say. */
  giveUpAtMs: number;
  /** Whether an answer that has not begun by then is waited for: the endpoint's own deadlines hold for it. */
  awaitsBegin: boolean;
  /** Names of the tools that may be called. */
  offered: ReadonlySet<string>;
  /** What was passed on of an answer that broke off, which this one continues. */
  after?: string | undefined;
  /** The server that broke it off. */
  avoid?: ChatEndpoint | undefined;
  put(chunk: llm.ChatChunk): void;
  /** Of an answer that was asked for a mark: its beginning is here, and what the mark says, if it has one. */
  onEndMark?: ((isFinished: boolean | undefined, server: ChatEndpoint) => void) | undefined;
  /** As the server counted them. */
  onUsage?: ((usage: ChatUsage) => void) | undefined;
}

/** An answer that a server broke off: another one may go on with it. */
export class BrokenAnswer extends AppError {
  readonly server: ChatEndpoint;
  /** What of it was passed on, in whole words. */
  readonly said: string;

  constructor(cause: unknown, server: ChatEndpoint, said: string) {
    super(messageOf(cause), { cause });
    this.server = server;
    this.said = said;
  }
}

/**
 * One request and its answer, passed on as it is written from the first thing in it that can be spoken.
 *
 * @throws EndpointError, but not where the answer was given up; BrokenAnswer where a server broke it off.
 */
export async function readAnswer(parts: AttemptParts): Promise<Attempt> {
  const { endpoint, ask, options, signal, clock, giveUpAtMs, awaitsBegin } = parts;
  const reader = new AnswerReader(parts);
  const cut = new AbortController();
  let brokenBy: ChatEndpoint | undefined;
  const giveUp = () => {
    if ((reader.hasBegun || !awaitsBegin) && !reader.isAnswer) cut.abort();
  };
  const stopTimer = clock.after(Math.max(0, giveUpAtMs - clock.now()), giveUp);
  try {
    const answer = streamChat(endpoint, ask, {
      ...options,
      clock,
      signal: AbortSignal.any([signal, cut.signal]),
      avoid: parts.avoid,
      onBegun: (server) => reader.answeredBy(server),
      onBroken: (server) => {
        brokenBy = server;
      },
    });
    for await (const part of answer) {
      reader.read(part);
      if (clock.now() >= giveUpAtMs) giveUp();
    }
  } catch (error) {
    if (brokenBy && !signal.aborted) throw new BrokenAnswer(error, brokenBy, reader.said);
    if (!cut.signal.aborted || signal.aborted) throw error;
  } finally {
    stopTimer();
  }
  return reader.end(cut.signal.aborted);
}

/** Advice where thoughts came in a field of their own, so that no marker tells which model it is. */
const THINKING_OFF_SETTING =
  'LLM_EXTRA_BODY={"chat_template_kwargs":{"enable_thinking":false}}, for gpt-oss {"reasoning_effort":"low"}';

/** Makes the framework's chunks of an answer's parts. */
class AnswerReader {
  readonly #parts: AttemptParts;
  readonly #memory: { untaggedThoughts: boolean };
  readonly #filter: AnswerFilter;
  readonly #marks: MarkFilter | undefined;
  readonly #text = new SpeakableText();
  readonly #continuation: Continuation | undefined;
  readonly #words = new WholeWords();
  readonly #toolCalls = new ToolCalls();
  #server: ChatEndpoint;
  #id = '';
  #chars = 0;
  #thoughtChars = 0;
  #finish: string | undefined;
  /** Whether anything came: text, thoughts or the call of a tool. */
  hasBegun = false;
  /** All that was passed on. */
  said = '';

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.#server = parts.endpoint;
    if (parts.ask.endMarks) this.#marks = new MarkFilter();
    if (parts.after) this.#continuation = new Continuation(parts.after);
    this.#memory = { untaggedThoughts: parts.endpoint.memory.learned.untaggedThoughts ?? false };
    this.#filter = new AnswerFilter(this.#memory);
  }

  answeredBy(server: ChatEndpoint): void {
    this.#server = server;
  }

  get isAnswer(): boolean {
    return this.#text.isOpen || this.#toolCalls.names.some((name) => this.#parts.offered.has(name));
  }

  read({ id, text, thoughts, toolCalls, finish, usage }: ChatPart): void {
    this.hasBegun ||= text !== '' || thoughts !== '' || toolCalls.length > 0;
    this.#id = id || this.#id;
    this.#thoughtChars += thoughts.length;
    this.#finish = finish ?? this.#finish;
    for (const call of toolCalls) this.#toolCalls.add(call);
    this.#give(this.#unmarked(this.#filter.push(text)));
    if (!usage) return;
    this.#parts.put({ id: this.#id, usage: toFramework(usage) });
    this.#parts.onUsage?.(usage);
  }

  end(givenUp: boolean): Attempt {
    const { offered } = this.#parts;
    this.#give(this.#unmarked(this.#filter.end(givenUp || this.#finish === 'length')));
    this.#give(this.#marks?.end() ?? '');
    this.#say(this.#text.end());
    this.#say(this.#continuation?.end() ?? '', true);
    this.#put({ content: this.#words.end(), toolCalls: this.#toolCalls.of(offered) });
    this.#remember();
    const { thoughts, thoughtsGivenOut, thinkingOff } = this.#filter.saw;
    const thoughtChars = this.#thoughtChars + thoughts;
    return {
      finish: this.#finish,
      isAnswer: this.isAnswer,
      chars: this.#chars,
      thoughtChars,
      spokenThoughtChars: thoughtsGivenOut,
      thinkingOff: thoughtChars + thoughtsGivenOut > 0 ? (thinkingOff ?? THINKING_OFF_SETTING) : undefined,
      unknownTools: this.#toolCalls.names.filter((name) => !offered.has(name)),
      givenUp,
    };
  }

  #unmarked(text: string): string {
    const { after, onEndMark } = this.#parts;
    if (!this.#marks) return text;
    const wasKnown = this.#marks.isKnown;
    const out = this.#marks.push(text);
    // What goes on with an answer says nothing new.
    if (!wasKnown && this.#marks.isKnown && !after) onEndMark?.(this.#marks.isFinished, this.#server);
    return out;
  }

  #give(text: string): void {
    this.#chars += text.length;
    if (text !== '') this.#say(this.#text.push(text));
  }

  /** @param isNew - nothing of it was said in the answer that broke off. */
  #say(text: string, isNew = this.#continuation === undefined): void {
    const fresh = isNew ? text : (this.#continuation?.push(text) ?? text);
    if (fresh !== '') this.#put({ content: this.#words.push(fresh) });
  }

  #remember(): void {
    const { memory } = this.#parts.endpoint;
    const { untaggedThoughts } = this.#memory;
    if (untaggedThoughts !== (memory.learned.untaggedThoughts ?? false)) memory.learn({ untaggedThoughts });
  }

  #put({ content, toolCalls = [] }: { content: string; toolCalls?: llm.FunctionCall[] }): void {
    if (content === '' && toolCalls.length === 0) return;
    this.said += content;
    const delta = {
      role: 'assistant' as const,
      ...(content && { content }),
      ...(toolCalls.length > 0 && { toolCalls }),
    };
    this.#parts.put({ id: this.#id, delta });
  }
}

function toFramework(usage: ChatUsage): llm.CompletionUsage {
  const { promptTokens, cachedTokens: promptCachedTokens, completionTokens, totalTokens } = usage;
  return { promptTokens, promptCachedTokens, completionTokens, totalTokens };
}
