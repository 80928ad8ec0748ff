import { FINISHED, UNFINISHED } from '../openai/end-mark.ts';

interface Message {
  role: string;
  content: string;
}

/** How answers keep to the instruction to begin with a mark. */
export interface Marking {
  mode: 'always' | 'half' | 'never';
  /** An expression on the last user message: whose caller has not finished. */
  unfinished?: string | undefined;
}

/** What a model makes of the instruction that keeps to it now and then. */
const HALF: readonly ((mark: string, answer: string) => string)[] = [
  (mark, answer) => `${mark} ${answer}`,
  (_, answer) => answer,
  (mark, answer) => `**${mark}** ${answer}`,
  (mark, answer) => `${answer} ${mark}`,
  (mark, answer) => `\n${mark}\n\n${answer}`,
  (mark, answer) => `${mark}${mark} ${answer.replace('. ', `. ${mark} `)}`,
  (mark, answer) => `"${mark}" ${answer}`,
  (mark, answer) => answer.replace(' ', ` ${mark} `),
  (mark, answer) => `${mark}${answer}`,
];

/** Marks answers, where they are asked for marks. */
export class MarkedAnswers {
  #count = 0;

  mark(answer: string, messages: readonly Message[], marking: Marking): string {
    const asked = messages.some(
      ({ role, content }) =>
        role !== 'assistant' && content.includes(FINISHED) && content.includes(UNFINISHED),
    );
    if (!asked || marking.mode === 'never') return answer;
    const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    const { unfinished } = marking;
    const mark = unfinished !== undefined && new RegExp(unfinished, 'i').test(said) ? UNFINISHED : FINISHED;
    if (marking.mode === 'always') return `${mark} ${answer}`;
    const form = HALF[this.#count % HALF.length];
    this.#count += 1;
    return form?.(mark, answer) ?? answer;
  }
}
