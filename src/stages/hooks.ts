import type { EndpointError, EndpointName } from '../errors.ts';
import type { Trimmed } from '../openai/chat-body.ts';
import type { ChatUsage } from '../openai/chat-part.ts';
import type { RequestSent, RequestWatch, Timing } from '../openai/exchange.ts';
import type { RouteEvent } from '../openai/retry.ts';

/** A step on the way to an answer: model asked, its first token, first clause sent to the voice, first audio of it. */
export type TurnMark = 'asked' | 'first-token' | 'first-clause' | 'first-byte';

/** What an answer began with that was to say whether the caller has finished. */
export type AwaitedMark = 'finished' | 'unfinished' | 'missing';

/** How the model's answer ended. Where two requests were made for it, the last one's; the first gave nothing to say. */
export interface AnswerEnd {
  /** The server's word: `stop`, `length`, `tool_calls` …; `undefined` where it said none, or was given up. */
  finish: string | undefined;
  /** Whether anything in it can be spoken, or a tool was called: else the caller hears nothing. */
  isAnswer: boolean;
  /** Characters of the answer, after the filters; those held back as unspeakable included. */
  chars: number;
  /** Characters of thoughts that were kept from the caller. */
  thoughtChars: number;
  /** Characters that were given out before a marker told that they were thoughts. */
  spokenThoughtChars: number;
  /** The setting that turns thinking off, where there were thoughts. */
  thinkingOff: string | undefined;
  /** Tools that were called though nobody offered them. */
  unknownTools: readonly string[];
  /** It went on thinking for too long and was given up. */
  givenUp: boolean;
  /** 2 where another request was made because the first answer held nothing to say. */
  tries: number;
}

/** What a stage tells its call: failures that outlived their retries, and how long the endpoint took. */
export interface StageHooks {
  onError(error: EndpointError): void;
  /** `firstByteMs`: request sent → first byte of the answer. */
  onTiming?(endpoint: EndpointName, firstByteMs: number): void;
  /** A request was made beside or after another one, or a server is asked no more, or again. */
  onRoute?(endpoint: ModelEndpoint, event: RouteEvent): void;
  /** A request is sent; `attempt`: the answer that it is for, where it is for one. */
  onRequest?(sent: RequestSent, attempt: number | undefined): RequestWatch;
  /** As the server counted them, at the end of its answer. */
  onTokens?(usage: ChatUsage, attempt: number): void;
  /** Just now; `attempt`: the answer that it is a step of (`attempt.ts`). */
  onMark?(mark: TurnMark, attempt: number): void;
  /** The model says, before its answer, whether the caller has finished. */
  onEndMark?(isFinished: boolean, attempt: number): void;
  /** An answer that was to begin with such a mark has begun: which one it has. Only answers to what was spoken can miss it. */
  onMarkAwaited?(mark: AwaitedMark, server: { baseUrl: string }): void;
  /** This server's answers do not say so where they are asked to: they are not asked any more. Told once. */
  onEndMarksLeftOut?(server: { baseUrl: string; model: string }): void;
  /** The end of an answer could not be spoken. */
  onSpeechBroken?(): void;
  /** The model's answer is over, was not cut off by the call, and did not fail. */
  onAnswer?(end: AnswerEnd): void;
  /** The beginning of the conversation was left out of a request for the model. */
  onTrimmed?(trimmed: Trimmed): void;
}

export type ModelEndpoint = Extract<EndpointName, 'stt' | 'llm' | 'tts'>;

/** What the model clients tell of an endpoint's requests, which may be for one answer. */
export function reporters(hooks: StageHooks, endpoint: ModelEndpoint, attempt?: number) {
  return {
    onRequest: (sent: RequestSent) => hooks.onRequest?.(sent, attempt) ?? UNWATCHED,
    onTiming: ({ firstByteMs }: Timing) => hooks.onTiming?.(endpoint, Math.round(firstByteMs)),
    onRoute: (event: RouteEvent) => hooks.onRoute?.(endpoint, event),
  };
}

const UNWATCHED: RequestWatch = { headers: {}, answered() {}, ended() {} };
