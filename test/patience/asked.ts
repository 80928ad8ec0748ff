import { Prosody } from '../../src/stages/turn/completeness/prosody.ts';
import type { Heard } from './hearing.ts';
import { play } from './play.ts';
import { today } from './policies.ts';

/** What a judge is asked at a pause or an end, and the right answer. */
export interface Question {
  readonly sentence: string;
  readonly text: string;
  readonly prosody: readonly number[];
  readonly isDone: boolean;
}

/** Everything that a judge is asked in an utterance, if it lets the caller speak. */
export async function asked(heard: Heard, others: readonly string[]): Promise<Question[]> {
  const questions: Question[] = [];
  const patient = { ...today, maxEndpointingMs: 1900 };
  await play(
    heard,
    {
      policy: patient,
      judge({ one, endMs }, { clock }) {
        const prosody = new Prosody();
        return {
          push: (samples) => prosody.push(samples),
          reset: () => prosody.reset(),
          judge(text) {
            const isDone = clock.now() >= endMs;
            questions.push({ sentence: one.sentence, text, prosody: prosody.features(), isDone });
            return 0;
          },
        };
      },
    },
    others,
  );
  return questions;
}
