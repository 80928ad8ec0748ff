import { expect, test } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import type { Guest } from '../../src/probe/guest.ts';
import { useStack } from '../e2e/stack.ts';
import type { LogLine, WorkerProcess } from '../e2e/worker.ts';
import { alike, answer, expectWords, spoken, understood, WITHIN_MS } from './ears.ts';
import { type Real, realSchema } from './plan.ts';

const real = realSchema.parse(JSON.parse(processSources().env.REAL_SERVERS ?? '{}'));

let workers = 0;
const GREETING = 'Welcome to Contoh Telecom. How may I help you today?';
const APOLOGY = 'I am sorry, something went wrong on our side. Please call again.';
const QUESTION = 'When does the shop open in the morning?';
const INTERRUPTION = 'Stop, please. I have another question for you.';
const head = `greeting: ${GREETING}\napology: ${APOLOGY}\nlanguage: en\ntemperature: 0`;
const prompts = {
  default: `---\n${head}\nmax_tokens: 40\n---\nYou answer calls for a phone company. Answer in one short sentence.`,
  story: `---\n${head}\nmax_tokens: 400\n---\nYou tell long stories.`,
  long: `---\n${head}\nmax_tokens: 40\n---\nYou know these words: ${'word '.repeat(6000)}`,
};

function settings(chat: Real['chats'][number]): Record<string, string> {
  return {
    ...{ LLM_BASE_URL: chat.baseUrl, LLM_MODEL: chat.model },
    ...{
      STT_BASE_URL: real.stt.baseUrl,
      STT_MODEL: real.stt.model,
      STT_MODE: real.sttMode,
      STT_LANGUAGE: 'en',
    },
    ...{ TTS_BASE_URL: real.tts.baseUrl, TTS_MODEL: real.tts.model, TTS_VOICE: real.tts.voice ?? '' },
    // As slow as two processors are that do all of it.
    ...{
      STT_FIRST_BYTE_TIMEOUT_MS: '20000',
      LLM_FIRST_BYTE_TIMEOUT_MS: '20000',
      LLM_STALL_TIMEOUT_MS: '20000',
    },
  };
}

async function greeted(caller: Guest): Promise<void> {
  const { heard } = await answer(real, caller, 0);
  expectWords(heard, GREETING);
}

async function ask(caller: Guest, text: string): Promise<number> {
  return (await caller.speak(await spoken(real, text))).lastVoicedAtMs;
}

/** What the caller said, as the room was told. */
const heardOf = (caller: Guest) =>
  caller.transcripts
    .filter(({ identity }) => identity === caller.identity)
    .map(({ text }) => text)
    .join(' ');

const stack = useStack({ worker: false, prompts });

/** A worker with these settings, for one call; it is told to end with it. */
async function withWorker(
  env: Record<string, string>,
  work: (call: (prompt?: string) => Promise<Guest>, worker: WorkerProcess) => Promise<void>,
): Promise<void> {
  const { startProgram, callers } = stack();
  workers += 1;
  const agentName = `agent-${workers}`;
  const worker = startProgram('start', {
    ...env,
    AGENT_NAME: agentName,
    MAX_CALLS: '1',
    HOSTS: '1',
    SPARE_HOSTS: '0',
  });
  try {
    await worker.logged('worker registered', { timeoutMs: WITHIN_MS });
    await work((prompt) => callers.call({ agentName, ...(prompt !== undefined && { prompt }) }), worker);
  } finally {
    await callers.leave();
    await worker.stop();
  }
}

test('the recognizer understands the voice', async () => {
  expectWords(await understood(real, await spoken(real, GREETING)), GREETING);
});

const named = real.chats.map((one) => [[one.server, one.variant].filter(Boolean).join(' '), one] as const);

/** What these weights say in a template that they never saw is worth nothing, or is nothing: the server makes them say this. */
const MADE_TO_SAY = { grammar: 'root ::= "The shop opens at nine in the morning."' };

test.each(named)('with %s: greeting, question, answer', async (_, chat) => {
  const made = chat.variant === undefined ? {} : { LLM_EXTRA_BODY: JSON.stringify(MADE_TO_SAY) };
  await withWorker({ ...settings(chat), ...made }, async (call) => {
    const caller = await call();
    await greeted(caller);
    const askedAtMs = await ask(caller, QUESTION);
    const { written, heard } = await answer(real, caller, askedAtMs);
    expectWords(heardOf(caller), QUESTION);
    expect(written.trim()).not.toBe('');
    expectWords(heard, written, 0.5);
    expect(written).not.toContain('<|');
    expect(caller.events.filter(({ type }) => type === 'error')).toEqual([]);
  });
});

const [chat = real.killed] = real.chats;

test('a caller who speaks stops a long answer', async () => {
  await withWorker(settings(chat), async (call, worker) => {
    const caller = await call('story');
    await greeted(caller);
    const askedAtMs = await ask(caller, 'Please tell me a very long story about the sea.');
    await caller.waitForSpeech({ afterMs: askedAtMs, timeoutMs: WITHIN_MS });
    await ask(caller, INTERRUPTION);
    const matches = (line: LogLine) => line.interrupted === true;
    await worker.logged('turn answered', { timeoutMs: WITHIN_MS, matches });
    const said = `Please tell me a very long story about the sea. ${INTERRUPTION}`;
    await expect
      .poll(() => alike(heardOf(caller), said), { timeout: WITHIN_MS, message: heardOf(caller) })
      .toBeGreaterThan(0.7);
  });
});

test('refused, instructions longer than the context: an apology, and the log says why', async () => {
  await withWorker(settings(chat), async (call, worker) => {
    const caller = await call('long');
    await greeted(caller);
    await expectApology(caller);
    await expectLogged(worker, 'llm', /longer than the model’s context/);
  });
});

test('refused, an unknown model of the recognizer: an apology, and the log says which setting', async () => {
  await withWorker({ ...settings(chat), STT_MODEL: 'no-such-model' }, async (call, worker) => {
    const caller = await call();
    await greeted(caller);
    await expectApology(caller);
    await expectLogged(worker, 'stt', /STT_MODEL/);
  });
});

/** Whatever `TTS_VOICE` names, speaches speaks by its Piper voice: speech.unknown-voice.jsonl of its recordings. */
const takesAnyVoice = real.tts.server.startsWith('speaches-');

test.skipIf(takesAnyVoice)('refused, an unknown voice: the log says which setting', async () => {
  await withWorker({ ...settings(chat), TTS_VOICE: 'no-such-voice' }, async (call, worker) => {
    await call();
    await expectLogged(worker, 'tts', /TTS_VOICE/);
  });
});

test('a chat server that dies in a call: an apology', async () => {
  await withWorker(settings(real.killed), async (call) => {
    const caller = await call();
    await greeted(caller);
    try {
      process.kill(real.killed.pid, 'SIGKILL');
    } catch {
      // A second try of this test: it is dead already.
    }
    await expectApology(caller);
  });
});

async function expectApology(caller: Guest): Promise<void> {
  const askedAtMs = await ask(caller, QUESTION);
  const { heard } = await answer(real, caller, askedAtMs);
  expectWords(heard, APOLOGY);
}

async function expectLogged(worker: WorkerProcess, endpoint: string, hint: RegExp): Promise<void> {
  await worker.logged('endpoint failed', {
    timeoutMs: WITHIN_MS,
    matches: (line) => line.endpoint === endpoint && hint.test(String(line.hint)),
  });
}
