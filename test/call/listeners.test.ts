import { expect, test } from 'vitest';
import { CallEvents } from '../../src/call/events.ts';
import { announceListeners } from '../../src/call/listeners.ts';
import type { Phrases } from '../../src/call/phrases.ts';
import { readPersona } from '../../src/persona/read.ts';
import { renderPersona } from '../../src/persona/render.ts';
import { logInto } from '../helpers/call-log.ts';

/** What a caller named Aisyah hears of operators who listen to a call by a prompt with this front matter. */
function heard(head: string, operators: number): string[] {
  const { persona } = readPersona('prompts/shop.md', `---\n${head}\n---\nYou help.`, new Map());
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]) });
  const spoken: string[] = [];
  const phrases = { say: (text: string) => spoken.push(text) } as unknown as Phrases;
  events.subscribe(announceListeners(phrases, renderPersona(persona, { name: 'Aisyah' })));
  events.emit({ type: 'line-opened' });
  for (let count = 0; count < operators; count += 1) events.emit({ type: 'listened' });
  return spoken;
}

test('a caller is told of each operator who listens, in the words of the prompt', () => {
  const notice = '{{name | Hello}}, a colleague listens to this call.';
  expect(heard(`listening_notice: "${notice}"`, 2)).toEqual(
    Array(2).fill('Aisyah, a colleague listens to this call.'),
  );
});

test('a prompt without such words tells nobody', () => expect(heard('description: x', 1)).toEqual([]));
