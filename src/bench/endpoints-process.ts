/** The simulated endpoints, a process of their own: `fork` it, it ends with its parent. See `endpoints.ts`. */
import { messageOf } from '../errors.ts';
import { startStandIn } from '../standin/server.ts';
import { type AnswerLength, answerTo } from './answers.ts';
import { soundOf, type Utterance } from './corpus.ts';
import type { Answered, Numbered, Order } from './endpoints-messages.ts';
import { hum } from './hum.ts';
import { type Known, knownFrom, transcribe } from './transcriber.ts';

const standIn = await startStandIn({ programs: { espeak: [], pocketsphinx: [] } });
const prints = new Map<string, Known>();
let heardNow: readonly Known[] = [];
let length: AnswerLength = 'usual';

standIn.answerTranscription((audio) => transcribe(audio, heardNow));
standIn.answerChat(({ messages }) => answerTo(lastWords(messages), length));
standIn.answerSpeech(hum);

/** What the caller said since the last answer. */
function lastWords(messages: readonly { role: string; content: string }[]): string {
  const answered = messages.findLastIndex(({ role }) => role === 'assistant');
  const said = messages.slice(answered + 1).filter(({ role }) => role === 'user');
  return said.map(({ content }) => content).join(' ');
}

async function known(utterance: Utterance): Promise<Known> {
  const made = prints.get(utterance.wav);
  if (made) return made;
  const fresh = knownFrom(utterance, await soundOf(utterance));
  prints.set(utterance.wav, fresh);
  return fresh;
}

async function follow(order: Order): Promise<Omit<Answered, 'id'>> {
  if (order.do === 'listen') {
    const { sttMs, sttFinalMs, llmTtftMs, llmTokensPerS, ttsTtfbMs, ttsRealtimeFactor } = order.speeds;
    standIn.control({
      profile: {
        stt: { latencyMs: sttMs, finalMs: sttFinalMs },
        llm: { ttftMs: llmTtftMs, tokensPerS: llmTokensPerS },
        tts: { ttfbMs: ttsTtfbMs, realtimeFactor: ttsRealtimeFactor },
      },
    });
    return { baseUrl: standIn.baseUrl };
  }
  if (order.do === 'hear') heardNow = await Promise.all(order.utterances.map(known));
  if (order.do === 'answer') length = order.length;
  if (order.do !== 'journal') return {};
  const all = (['stt', 'llm', 'tts'] as const).flatMap((route) => standIn.requests(route));
  return { entries: all.filter(({ id }) => id > order.after).sort((a, b) => a.id - b.id) };
}

process.on('message', async ({ id, order }: Numbered) => {
  const answer = await follow(order).catch((error) => ({ error: messageOf(error) }));
  process.send?.({ id, ...answer } satisfies Answered);
});
process.on('disconnect', () => process.exit(0));
