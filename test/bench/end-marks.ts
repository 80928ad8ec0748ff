/**
 * How well a chat model says before its answers whether the caller has finished (`LLM_JUDGES_TURNS`):
 *
 *     npx tsx test/bench/end-marks.ts http://gpu-host:8000/v1 MODEL [--turns 50]
 *     npx tsx test/bench/end-marks.ts --small [--turns 50]
 *
 * `--small`: SmolLM2 in llama-server, which it starts, and installs first as `npm run test:real` does.
 * Turns of calls as the product asks for them, half of them cut off at a pause that is written down with the sentence
 * (`test/patience/sentences`). Prints how many answers begin with a mark, what the marks say of both kinds, when they come, and in how many
 * a mark was shown or heard; fails if in any.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { initializeLogger, llm } from '@livekit/agents';
import { randomFrom } from '../../src/bench/stats.ts';
import { FINISHED, UNFINISHED } from '../../src/openai/end-mark.ts';
import { ChatModel } from '../../src/stages/llm.ts';
import { Chunker } from '../../src/stages/text/chunker.ts';
import { configFrom } from '../helpers/config.ts';
import { planFor } from '../real/plan.ts';
import { startServer } from '../real/servers.ts';

const SEED = 16;
const TURNS_A_CALL = 5;
const INSTRUCTIONS = `You answer the phone of a company. Answer in one or two short sentences, in the caller's language.`;
const GREETING = 'Hello, how can I help you?';

interface Turn {
  said: string;
  isFinished: boolean;
}

/** Whole sentences, and the beginnings of others. */
async function turns(count: number): Promise<Turn[]> {
  const random = randomFrom(SEED);
  const texts = await Promise.all(
    ['en', 'ms'].map((name) =>
      readFile(new URL(`../patience/sentences/${name}.txt`, import.meta.url), 'utf8'),
    ),
  );
  const sentences = texts
    .join('\n')
    .split('\n')
    .filter((line) => line.includes(' / ') && !line.startsWith('#'))
    .map((line) => line.slice(line.indexOf('|') + 1).replace(/\{([^|}]*)[^}]*\}|\([^)]*\)/g, '$1'))
    .map((sentence) => ({ sentence, at: random() }))
    .sort((a, b) => a.at - b.at);
  return sentences.slice(0, count).map(({ sentence }, index) => {
    const parts = sentence.split('/').map((part) => part.replace(/\s+/g, ' ').trim());
    const isFinished = index % 2 === 0;
    return { said: isFinished ? parts.join(' ') : (parts[0] ?? '').replace(/[.?!,]$/, ''), isFinished };
  });
}

interface Answered extends Turn {
  mark: boolean | undefined;
  markMs: number;
  isSeen: boolean;
  shown: string;
}

async function play(baseUrl: string, model: string, all: readonly Turn[]): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (let at = 0; at < all.length; at += TURNS_A_CALL)
    answered.push(...(await call(baseUrl, model, all.slice(at, at + TURNS_A_CALL))));
  return answered;
}

async function call(baseUrl: string, name: string, said: readonly Turn[]): Promise<Answered[]> {
  const config = configFrom({ LLM_BASE_URL: baseUrl, LLM_MODEL: name, LLM_JUDGES_TURNS: 'true' });
  let [mark, markAtMs]: [boolean | undefined, number] = [undefined, 0];
  const hooks = {
    onError: (error: Error) => console.error(error.message),
    onEndMark(isFinished: boolean) {
      [mark, markAtMs] = [isFinished, performance.now()];
    },
  };
  const model = new ChatModel(config, { maxTokens: 60 }, { hooks });
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'system', content: INSTRUCTIONS });
  chatCtx.addMessage({ role: 'assistant', content: GREETING });
  const answered: Answered[] = [];
  for (const turn of said) {
    // Written turns count for nothing where a mark is missing: each of these is asked for one.
    chatCtx.addMessage({ role: 'user', content: turn.said });
    mark = undefined;
    const startedMs = performance.now();
    const { shown, heard } = await answerOf(model, chatCtx);
    const isSeen = [shown, ...heard].some((text) => text.includes(FINISHED) || text.includes(UNFINISHED));
    answered.push({ ...turn, mark, markMs: markAtMs - startedMs, isSeen, shown });
    chatCtx.addMessage({ role: 'assistant', content: shown || '-' });
  }
  return answered;
}

async function answerOf(model: ChatModel, chatCtx: llm.ChatContext) {
  const chunker = new Chunker({ firstWords: 6 });
  const heard: string[] = [];
  let shown = '';
  const connOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 60_000 };
  for await (const { delta } of model.chat({ chatCtx, connOptions })) {
    shown += delta?.content ?? '';
    heard.push(...chunker.push(delta?.content ?? '').map(({ text }) => text));
  }
  return { shown, heard: [...heard, ...chunker.end().map(({ text }) => text)] };
}

function report(answered: readonly Answered[]): void {
  const count = (which: (one: Answered) => boolean) => answered.filter(which).length;
  const marked = answered.filter(({ mark }) => mark !== undefined);
  const times = marked.map(({ markMs }) => markMs).sort((a, b) => a - b);
  const of = (isFinished: boolean) => {
    const all = marked.filter((one) => one.isFinished === isFinished);
    return `${all.filter(({ mark }) => mark !== isFinished).length} of ${all.length}`;
  };
  console.log(
    `answers: ${answered.length}, with a mark: ${marked.length}, shown or heard: ${count(({ isSeen }) => isSeen)}`,
  );
  console.log(`unfinished, marked as finished: ${of(false)}; finished, marked as unfinished: ${of(true)}`);
  console.log(
    `mark after the request: p50 ${Math.round(times[Math.floor(times.length / 2)] ?? Number.NaN)} ms`,
  );
  for (const { said, mark, shown } of answered.slice(0, 5))
    console.log(JSON.stringify({ said, mark, shown }));
  if (count(({ isSeen }) => isSeen) > 0) process.exitCode = 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { small: { type: 'boolean' }, turns: { type: 'string', default: '50' } },
});
initializeLogger({ pretty: false, level: 'silent' });
const all = await turns(Number(values.turns));
if (values.small) await withSmallModel(async (baseUrl, model) => report(await play(baseUrl, model, all)));
else {
  const [baseUrl, model] = positionals;
  if (!baseUrl || !model) throw new Error('usage: end-marks.ts BASE_URL MODEL [--turns 50], or --small');
  report(await play(baseUrl, model, all));
}

async function withSmallModel(use: (baseUrl: string, model: string) => Promise<void>): Promise<void> {
  const say = (line: string) => console.error(line);
  const { killed: program } = await planFor('small', undefined, say);
  const { running, child } = await startServer(program);
  try {
    await use(running.baseUrl, running.model);
  } finally {
    await child.stop();
  }
}
