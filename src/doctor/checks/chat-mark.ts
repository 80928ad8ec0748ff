import { FINISHED, UNFINISHED } from '../../openai/end-mark.ts';
import { MarkFilter } from '../../stages/text/mark-filter.ts';
import type { Finding } from '../check.ts';

/** A mark that takes more tokens comes too late to be worth asking for. */
const MOST_TOKENS = 4;

/** An answer without marks, and whether it began with one. */
export function withoutMark(answer: string): { text: string; hasMark: boolean } {
  const filter = new MarkFilter();
  const text = filter.push(answer) + filter.end();
  return { text, hasMark: filter.isFinished !== undefined };
}

/**
 * What is to be said of a model that is to write first whether the caller has finished (`LLM_JUDGES_TURNS`).
 *
 * @param answer - to a request in the shape of calls. @param upTo - the same answer, of so many tokens at most.
 */
export async function findMark(answer: string, upTo: (tokens: number) => Promise<string>): Promise<Finding> {
  if (!withoutMark(answer).hasMark)
    return {
      evidence: `it does not begin with ${FINISHED} or ${UNFINISHED}`,
      verdict: 'warn',
      fix: 'set LLM_JUDGES_TURNS=false, or take a model that follows its instructions: calls stop asking after 3 such answers of 5',
    };
  for (let tokens = 1; tokens <= MOST_TOKENS; tokens += 1)
    if (withoutMark(await upTo(tokens)).hasMark)
      return { evidence: `it begins with a mark of ${tokens === 1 ? 'one token' : `${tokens} tokens`}` };
  return {
    evidence: `it begins with a mark of more than ${MOST_TOKENS} tokens`,
    verdict: 'warn',
    fix: 'set LLM_JUDGES_TURNS=false, or take a model that has the mark as one token: the answer waits for it',
  };
}
