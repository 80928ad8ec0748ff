/** The simulated endpoints, a process of their own: `fork` it, it ends with its parent. See `endpoints.ts`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { joined } from '../openai/samples.ts';
import { encodeWav, type Sound } from '../probe/wav.ts';
import { spokenMs } from '../standin/hearing.ts';
import { startStandIn } from '../standin/server.ts';
import { type AnswerLength, answerTo } from './answers.ts';
import { soundOf, type Utterance } from './corpus.ts';
import type { Answered, Numbered, Order } from './endpoints-messages.ts';
import { hum } from './hum.ts';
import { asWritten, createTranscriber, type Known, knownFrom } from './transcriber.ts';

/** So much sound is speech, not a breath. */
const UNHEARD_MS = 400;

const standIn = await startStandIn({ programs: { espeak: [], pocketsphinx: [], flite: false } });
warmUp();
const prints = new Map<string, Known>();
let saidNow: readonly Utterance[] = [];
let heardNow: readonly Known[] = [];
let length: AnswerLength = 'usual';
let unheardDir: string | undefined;
let unheard = 0;

const transcribe = createTranscriber();
standIn.answerTranscription((audio) => {
  const text = transcribe(audio, heardNow);
  if (text === '' && spokenMs(audio) >= UNHEARD_MS) keepUnheard(audio);
  return asWritten(text, saidNow);
});
standIn.answerChat(({ messages }) => answerTo(lastWords(messages), length));
standIn.answerSpeech(hum);

/** For whoever wants to know whether the bench was deaf, or the audio broken. */
function keepUnheard(audio: Sound): void {
  unheard += 1;
  if (unheardDir) writeFile(join(unheardDir, `unheard-${unheard}.wav`), encodeWav(audio)).catch(() => {});
}

/** The first transcript is to take no longer than the others. */
function warmUp(): void {
  const samples = joined([...hum({ input: 'so that code which runs often is compiled' }, 16_000)]);
  const sound = { samples, sampleRate: 16_000 };
  const endMs = samples.length / 16;
  const transcribe = createTranscriber();
  for (let round = 0; round < 5; round += 1)
    transcribe(sound, [knownFrom({ phrases: [{ startMs: 0, endMs, words: [] }] }, sound)]);
}

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
    unheardDir = order.dir;
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
  if (order.do === 'expect') {
    heardNow = await Promise.all(order.utterances.map(known));
    saidNow = order.utterances;
  }
  if (order.do === 'answer') length = order.length;
  if (order.do === 'control') standIn.control(order.change);
  if (order.do !== 'journal') return {};
  const all = (['stt', 'llm', 'tts'] as const).flatMap((route) => standIn.requests(route));
  return { entries: all.filter(({ id }) => id > order.after).sort((a, b) => a.id - b.id) };
}

process.on('message', async ({ id, order }: Numbered) => {
  const answer = await follow(order).catch((error) => ({ error: messageOf(error) }));
  process.send?.({ id, ...answer } satisfies Answered);
});
process.on('disconnect', () => process.exit(0));
