import { english, malay, type Phrasebook } from './eliza-rules.ts';

interface Message {
  role: string;
  content: string;
}

/**
 * One or two short spoken sentences after Weizenbaum's ELIZA: keywords and turned pronouns, no understanding, and the
 * first answer of a conversation says so. English, or Malay where the caller or the instruction shows it. The same
 * messages always get the same answer.
 */
export function elizaAnswer(messages: readonly Message[]): string {
  const last = messages.at(-1);
  const heard = messages.filter(({ role }) => role === 'user');
  const said = last?.role === 'user' ? last.content : '';
  const instruction = lastLine(
    messages.find(({ role }) => role === 'system' || role === 'developer')?.content,
  );
  const book = bookFor(said, instruction);
  const answer = said ? reply(said, heard.length - 1, book) : unprompted(instruction, heard.length > 0, book);
  const introduced = messages.some(
    ({ role, content }) => role === 'assistant' && content.includes('stand-in'),
  );
  return introduced ? answer : `${book.notice} ${answer}`;
}

function bookFor(said: string, instruction: string): Phrasebook {
  // «Greet in English or Malay» is one instruction, two languages.
  const inMalay = said
    ? malay.spotted.test(said)
    : malay.spotted.test(instruction) && !/english/i.test(instruction);
  return inMalay ? malay : english;
}

/** LiveKit appends what an unprompted reply shall do to the system prompt. */
function lastLine(prompt: string | undefined): string {
  return prompt?.trim().split('\n').at(-1) ?? '';
}

function unprompted(instruction: string, underWay: boolean, book: Phrasebook): string {
  if (!underWay) return book.greeting;
  return /good-?bye|farewell|selamat tinggal/i.test(instruction) ? book.goodbye : book.stillThere;
}

function reply(said: string, turn: number, book: Phrasebook): string {
  const clean = said.trim().replace(/[.!?]+$/, '');
  for (const { pattern, answers } of book.rules) {
    const match = pattern.exec(clean);
    if (!match) continue;
    const answer = answers[turn % answers.length] ?? answers[0];
    return answer.replace('{1}', () => reflect(firstClause(match[1] ?? ''), book.reflections));
  }
  return book.stillThere;
}

function firstClause(text: string): string {
  return text.split(/[.,;!?]| (?:and|but|dan|tetapi) /)[0]?.trim() ?? '';
}

/** «my bill for me» becomes «your bill for you». */
export function reflect(text: string, reflections: Readonly<Record<string, string>>): string {
  return text.replace(/[\w']+/g, (word) => reflections[word.toLowerCase()] ?? word);
}
