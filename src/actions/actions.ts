import { llm } from '@livekit/agents';
import { messageOf } from '../errors.ts';
import type { ActionState, Happening } from '../observe/call-events.ts';
import type { ActionRequest, Answer, AskedBy } from './request.ts';

/** An action that is due. */
export interface Asked {
  request: ActionRequest;
  /** The model said something before it. */
  hasSpoken: boolean;
}

export interface ActionsParts {
  /** Carries it out. @returns why it did not work, where it did not. */
  carryOut(asked: Asked): Promise<string | undefined>;
  emit(happening: Happening): void;
  /** The call's end: nothing is begun from then on. */
  signal: AbortSignal;
}

/**
 * What the agent does beside talking. One thing at a time: while one is asked for or under way, no other is taken. What the
 * model asks for waits until its answer has been said; it is dropped with an answer that is cut off. Answers that are
 * prepared ahead of the end of a turn ask for nothing: the framework calls no tool of an answer before it is given
 * (agents 1.9.0, `AgentActivity.pipelineReplyTask`), and none of one that is dropped.
 */
export class Actions {
  readonly #parts: ActionsParts;
  #current: ActionRequest | undefined;

  constructor(parts: ActionsParts) {
    this.#parts = parts;
  }

  /** One is asked for or under way. */
  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** By the model. @throws ToolError where something else is asked for or under way. */
  ask(request: ActionRequest, answer: Answer): void {
    if (this.#current) throw new llm.ToolError(`${this.#current.action} is under way: wait for it.`);
    if (this.#parts.signal.aborted) throw new llm.ToolError('The call is over.');
    this.#current = request;
    this.#tell(request, 'model', 'asked');
    answer.addDoneCallback(({ interrupted }) => {
      if (interrupted) this.#drop(request);
      else void this.#run({ request, hasSpoken: answer.chatItems.some(isWords) }, 'model');
    });
  }

  /** At once, by a key or after a failure. @returns `false` where something else is asked for or under way. */
  begin(request: ActionRequest, by: Exclude<AskedBy, 'model'>): boolean {
    if (this.#current || this.#parts.signal.aborted) return false;
    this.#current = request;
    void this.#run({ request, hasSpoken: false }, by);
    return true;
  }

  #drop(request: ActionRequest): void {
    this.#current = undefined;
    this.#tell(request, 'model', 'dropped');
  }

  async #run(asked: Asked, by: AskedBy): Promise<void> {
    const { signal, carryOut } = this.#parts;
    const { request } = asked;
    if (signal.aborted) return this.#drop(request);
    this.#tell(request, by, 'begun');
    const failure = await carryOut(asked).catch(messageOf);
    this.#current = undefined;
    this.#tell(request, by, failure === undefined ? 'done' : 'failed', failure);
  }

  #tell(request: ActionRequest, by: AskedBy, state: ActionState, reason?: string): void {
    const { action } = request;
    const target = targetOf(request);
    const piiDigits = request.action === 'send_digits' ? request.digits : undefined;
    this.#parts.emit({
      ...{ type: 'action', action, by, state },
      ...(target !== undefined && { target }),
      ...(piiDigits !== undefined && { piiDigits }),
      ...(reason !== undefined && { reason }),
    });
  }
}

/** The name that the prompt file gives what is acted on. */
function targetOf(request: ActionRequest): string | undefined {
  if (request.action === 'transfer') return request.target;
  return request.action === 'ask_digits' ? request.question : undefined;
}

const isWords = ({ type }: { readonly type: string }) => type === 'message';
