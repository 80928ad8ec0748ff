import { AppError } from '../../errors.ts';
import { STAGES, type Stage } from '../plan.ts';

/**
 * What `--real` asks for: all stages without a list, else those of the list, by comma.
 *
 * @param given - the option's value: `true` without a list, `undefined` without the option
 * @param open - stages with no endpoint of the user's
 * @throws AppError for another word, or a stage that has an endpoint.
 */
export function realStages(given: string | true | undefined, open: readonly Stage[]): readonly Stage[] {
  if (given === undefined) return [];
  if (given === true) return open;
  const words = given.split(',').map((word) => word.trim().toLowerCase());
  for (const word of words) requireStage(word);
  const asked = STAGES.filter((stage) => words.includes(stage));
  for (const stage of asked) requireOpen(stage, open);
  return asked;
}

function requireStage(word: string): void {
  if ((STAGES as readonly string[]).includes(word)) return;
  throw new AppError(`--real ${word} is not a stage`, {
    hint: `any of ${STAGES.join(', ')}, by comma, or none for all`,
  });
}

function requireOpen(stage: Stage, open: readonly Stage[]): void {
  if (open.includes(stage)) return;
  const name = stage.toUpperCase();
  throw new AppError(`--real ${stage}, but ${name} has an endpoint already`, {
    hint: `leave ${stage} out of --real, or ${name}_BASE_URL and OPENAI_BASE_URL unset`,
  });
}
