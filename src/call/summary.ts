import { llm } from '@livekit/agents';
import type { Clock } from '../openai/clock.ts';
import { inTime } from './scope.ts';

/** The number rings meanwhile, as a rule for longer. */
const WITHIN_MS = 6000;
/** About 20 s of speech. */
const MOST_CHARACTERS = 320;
/** Of the conversation, its end. */
const MOST_READ = 6000;

const INSTRUCTIONS =
  'A caller is put through to your colleague. Below is what was said in the call so far. Tell the colleague in at most two short sentences, in the language of the call, who is calling and what they want, as far as it was said. Plain words to be read aloud: no list, no markup, nothing else.';

export interface SummaryParts {
  /** Its requests are none of the conversation's: of no turn, and in no measurement. */
  model: llm.LLM;
  /** What was said so far. */
  history: llm.ChatContext;
  clock: Clock;
  /** The call is over. */
  signal: AbortSignal;
}

/**
 * What a colleague is told before they take a call, at most 320 characters: by the model; where that fails or takes more than 6 s,
 * what the caller said last. Empty where nothing was said. Never rejects.
 */
export async function summaryOf({ model, history, clock, signal }: SummaryParts): Promise<string> {
  const said = saidIn(history);
  if (said.length === 0) return '';
  const lastWords = said.findLast(({ role }) => role === 'user')?.text ?? '';
  const text = said.map(({ role, text }) => `${role === 'user' ? 'Caller' : 'Agent'}: ${text}`).join('\n');
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'system', content: INSTRUCTIONS });
  chatCtx.addMessage({ role: 'user', content: text.slice(-MOST_READ) });
  const stream = model.chat({ chatCtx });
  const close = () => stream.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const words = await inTime(wordsOf(stream), WITHIN_MS, 'summary', clock);
    return cut(words) || cut(lastWords);
  } catch {
    return cut(lastWords);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function saidIn(history: llm.ChatContext): { role: 'user' | 'assistant'; text: string }[] {
  return history.items.flatMap((item) => {
    if (item.type !== 'message' || (item.role !== 'user' && item.role !== 'assistant')) return [];
    const text = item.textContent?.trim() ?? '';
    return text === '' ? [] : [{ role: item.role, text }];
  });
}

async function wordsOf(stream: llm.LLMStream): Promise<string> {
  let words = '';
  for await (const { delta } of stream) {
    words += delta?.content ?? '';
    if (words.length > 2 * MOST_CHARACTERS) break;
  }
  return words;
}

/** One line, ended at a whole word. */
function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= MOST_CHARACTERS) return line;
  const end = line.lastIndexOf(' ', MOST_CHARACTERS);
  return line.slice(0, end > 0 ? end : MOST_CHARACTERS);
}
