import type { llm } from '@livekit/agents';
import { asksForMark, type ChatEndpoint } from '../openai/chat-body.ts';
import type { EndMarks } from '../openai/end-mark.ts';
import type { StageHooks } from './hooks.ts';

/** An answer whose beginning is here. */
export interface BegunAnswer {
  /** What is answered. */
  chatCtx: llm.ChatContext;
  /** Who answers. */
  server: ChatEndpoint;
  /** What its mark says; `undefined` where it begins with none. */
  isFinished: boolean | undefined;
  attempt: number;
}

/** The marks of one call's answers, by which the model says whether the caller has finished. */
export class CallMarks implements EndMarks {
  readonly #unfinished = new Set<string>();

  get unfinished(): ReadonlySet<string> {
    return this.#unfinished;
  }

  /** Tells what the mark says. Only answers to what was spoken count where it is missing: nothing follows from the others'. */
  begun({ chatCtx, server, isFinished, attempt }: BegunAnswer, hooks: StageHooks): void {
    if (!asksForMark(server.memory)) return;
    const last = chatCtx.items.at(-1);
    if (last?.type !== 'message' || last.role !== 'user') return;
    if (isFinished !== undefined) {
      this.#remember(last.textContent ?? '', isFinished);
      hooks.onEndMark?.(isFinished, attempt);
    }
    // What was written has none.
    const isSpoken = last.transcriptConfidence !== undefined;
    if (isSpoken || isFinished !== undefined)
      hooks.onMarkAwaited?.(
        isFinished === undefined ? 'missing' : isFinished ? 'finished' : 'unfinished',
        server,
      );
    if (isSpoken && server.memory.endMark(isFinished !== undefined)) hooks.onEndMarksLeftOut?.(server);
  }

  #remember(text: string, isFinished: boolean): void {
    if (isFinished) this.#unfinished.delete(text);
    else this.#unfinished.add(text);
  }
}
