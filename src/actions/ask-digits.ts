import type { DigitQuestion } from '../persona/keypad-matter.ts';
import { type Ask, actionTool } from './tool.ts';

/** The model may put one of these questions to the caller, which they answer with keys. */
export function askDigitsTool(questions: Readonly<Record<string, DigitQuestion>>, ask: Ask) {
  const names = Object.keys(questions);
  const each = Object.entries(questions).map(([name, { when }]) => (when ? `${name}: ${when}` : name));
  return actionTool({
    name: 'ask_digits',
    description: `Asks the caller to type digits on their telephone. The question is said for you: say nothing yourself. Questions: ${each.join('; ')}.`,
    properties: { question: { type: 'string', enum: names } },
    requestOf({ question }) {
      const known = names.find((name) => name === question);
      return known === undefined
        ? `There is no such question. Questions: ${names.join(', ')}.`
        : { action: 'ask_digits', question: known };
    },
    ask,
  });
}
