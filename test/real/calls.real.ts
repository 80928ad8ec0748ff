import { describe, expect, test } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import type { Guest } from '../../src/probe/guest.ts';
import { SPEECH_WITHIN_MS } from '../e2e/hearing.ts';
import { type Stack, useStack } from '../e2e/stack.ts';
import { answer, expectWords, spoken, understood } from './ears.ts';
import { type Real, realSchema } from './plan.ts';

const real = realSchema.parse(JSON.parse(processSources().env.REAL_SERVERS ?? '{}'));

const GREETING = 'Welcome to Contoh Telecom. How may I help you today?';
const APOLOGY = 'I am sorry, something went wrong on our side. Please call again.';
const QUESTION = 'When does the shop open in the morning?';
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

describe.each(real.chats)('$server $variant', (chat) => {
  const stack = useStack({ env: settings(chat), prompts });

  test('greets, understands a question, and answers in words that the recognizer understands', async () => {
    const caller = await stack().callers.call();
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

describe('with what the servers refuse', () => {
  const [chat] = real.chats;
  if (!chat) throw new Error('no chat server was started');
  const stack = useStack({ env: settings(chat), prompts });

  test('a caller who speaks stops a long answer', async () => {
    const caller = await stack().callers.call({ prompt: 'story' });
    await greeted(caller);
    const askedAtMs = await ask(caller, 'Please tell me a very long story about the sea.');
    const startMs = await caller.waitForSpeech({ afterMs: askedAtMs, timeoutMs: SPEECH_WITHIN_MS });
    const interruption = await caller.speak(
      await spoken(real, 'Stop, please. I have another question for you.'),
    );
    const stoppedAtMs = await caller.waitForSilence({ afterMs: startMs, timeoutMs: 10_000, quietMs: 300 });
    expect(stoppedAtMs - interruption.startedAtMs, 'how long the agent talked over the caller').toBeLessThan(
      3000,
    );
  });

  test('instructions that are longer than the context: an apology, and the log says why', async () => {
    const caller = await stack().callers.call({ prompt: 'long' });
    await greeted(caller);
    await expectApology(caller);
    await expectLogged(stack(), 'llm', /longer than the model’s context/);
  });

  test('an unknown model of the recognizer: an apology, and the log says which setting', async () => {
    const caller = await callWith(stack(), 'wrong-recognizer', { STT_MODEL: 'no-such-model' });
    await greeted(caller);
    await expectApology(caller);
  });

  test('an unknown voice: the page is told, and the log says which setting', async () => {
    const wrong = stack().startProgram('start', { AGENT_NAME: 'wrong-voice', TTS_VOICE: 'no-such-voice' });
    await wrong.logged('worker registered');
    const caller = await stack().callers.join({ agentName: 'wrong-voice' });
    await caller.until('an error of the voice', () => isError(caller, 'tts'), 30_000);
    await wrong.logged('endpoint failed', { matches: ({ hint }) => String(hint).includes('TTS_VOICE') });
  });

  test('a chat server that dies in a call: an apology', async () => {
    const caller = await callWith(stack(), 'dying-chat', { LLM_BASE_URL: real.killed.baseUrl });
    await greeted(caller);
    process.kill(real.killed.pid, 'SIGKILL');
    await expectApology(caller);
  });
});

async function callWith({ startProgram, callers }: Stack, agentName: string, env: Record<string, string>) {
  const program = startProgram('start', { ...env, AGENT_NAME: agentName });
  await program.logged('worker registered');
  return callers.call({ agentName });
}

async function expectApology(caller: Guest): Promise<void> {
  const askedAtMs = await ask(caller, QUESTION);
  const { heard } = await answer(real, caller, askedAtMs);
  expectWords(heard, APOLOGY);
}

const isError = (caller: Guest, endpoint: string) =>
  caller.events.some((event) => event.type === 'error' && event.endpoint === endpoint);

async function expectLogged({ worker }: Stack, endpoint: string, hint: RegExp): Promise<void> {
  await worker.logged('endpoint failed', {
    matches: (line) => line.endpoint === endpoint && hint.test(String(line.hint)),
  });
}

test('the recognizer understands the voice', async () => {
  expectWords(await understood(real, await spoken(real, GREETING)), GREETING);
});
