import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import type { Sound } from '../../src/probe/wav.ts';
import type { Route } from '../../src/standin/faults.ts';
import { answerAfter, expectHeard } from './hearing.ts';
import { type Stack, useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION = 'What time is it?';
const ANSWER = 'It is a quarter past nine in the morning.';
const APOLOGY = 'Sorry, something went wrong on our side.';

const stack = useStack({
  env: { STT_ATTEMPTS: '2', LLM_ATTEMPTS: '2', TTS_ATTEMPTS: '2', LLM_STALL_TIMEOUT_MS: '1000' },
  prompts: { default: `---\nlanguage: en\napology: ${APOLOGY}\n---\nYou answer calls.` },
});

async function startCall({ standIn, callers }: Stack): Promise<{ caller: Guest; question: Sound }> {
  standIn.control({ stt: { always: QUESTION }, llm: { always: ANSWER } });
  return { caller: await callers.call(), question: await utterance(QUESTION) };
}

/** Asks, and checks that the answer is heard. */
async function ask(caller: Guest, question: Sound): Promise<void> {
  const { lastVoicedAtMs } = await caller.speak(question);
  await expectHeard(stack().standIn, await answerAfter(caller, lastVoicedAtMs), [ANSWER]);
}

const errorOf = (caller: Guest, endpoint: Route) =>
  caller.until(
    `an error event of the ${endpoint} endpoint`,
    () => caller.events.find((event) => event.type === 'error' && event.endpoint === endpoint),
    20_000,
  );

test('an endpoint that fails once is asked again, and nobody notices', async () => {
  const { standIn } = stack();
  const { caller, question } = await startCall(stack());
  for (const route of ['stt', 'llm', 'tts'] as const) {
    standIn.control({ faults: { [route]: [{ status: 500, times: 1 }] } });
    await ask(caller, question);
    expect(standIn.counts(route).faulted, route).toBe(1);
  }
  expect(caller.events.filter(({ type }) => type === 'error')).toEqual([]);
});

const MESSAGES: Partial<Record<Route, string>> = {
  stt: 'The speech recognition gave an answer that cannot be used.',
  llm: 'The language model gave an answer that cannot be used.',
  tts: 'The speech service gave an answer that cannot be used.',
};

/** Who is in the room hears which service; the operator's log has the rest. */
async function expectTold(caller: Guest, route: Route): Promise<void> {
  const { atMs, ...event } = await errorOf(caller, route);
  expect(event).toEqual({ type: 'error', endpoint: route, message: MESSAGES[route] });
  const logged = await stack().worker.logged('endpoint failed', {
    matches: ({ endpoint, pii_caller }) => endpoint === route && pii_caller === caller.identity,
  });
  expect(String(logged.url)).toContain(stack().standIn.baseUrl);
  expect(logged.hint).toEqual(expect.stringMatching(/\w{3}/));
}

test.for(['stt', 'llm'] as const)(
  'garbage from the %s endpoint is told to caller and page, and the next turn works',
  async (route) => {
    const { standIn } = stack();
    const { caller, question } = await startCall(stack());
    standIn.control({ faults: { [route]: [{ garbage: true }] } });
    const { lastVoicedAtMs } = await caller.speak(question);
    const heard = await answerAfter(caller, lastVoicedAtMs);
    await expectHeard(standIn, heard, [APOLOGY]);
    await expectTold(caller, route);
    standIn.control({ faults: { [route]: [] } });
    await ask(caller, question);
  },
);

test('garbage from the voice endpoint is told to the page, and the next turn works', async () => {
  const { standIn } = stack();
  const { caller, question } = await startCall(stack());
  standIn.control({ faults: { tts: [{ garbage: true }] } });
  await caller.speak(question);
  await expectTold(caller, 'tts');
  const wasSpoken = () => caller.states.at(-1)?.state === 'listening';
  await caller.until('an agent that listens again', wasSpoken, 20_000);
  standIn.control({ faults: { tts: [] } });
  await ask(caller, question);
});

test('an answer that stalls in the middle does not hold up the call', async () => {
  const { standIn } = stack();
  const { caller, question } = await startCall(stack());
  standIn.control({ faults: { llm: [{ stallAfterBytes: 400 }] } });
  await caller.speak(question);
  await errorOf(caller, 'llm');
  standIn.control({ faults: { llm: [] } });
  await caller.waitForSilence({ afterMs: performance.now(), timeoutMs: 20_000 });
  await ask(caller, question);
});

test('a voice that breaks off in the middle of a sentence does not end the call', async () => {
  const { standIn } = stack();
  const { caller, question } = await startCall(stack());
  standIn.control({ faults: { tts: [{ cutAfterBytes: 20_000, times: 1 }] } });
  const { lastVoicedAtMs } = await caller.speak(question);
  await answerAfter(caller, lastVoicedAtMs);
  await ask(caller, question);
});
