import { expect } from 'vitest';
import { askedWith, expectHeard, understand } from '../e2e/hearing.ts';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { row } from './rows.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you?';
const QUESTION = 'I would like to pay my electricity bill';
const ANSWER = 'Certainly, I can help you with your bill.';

const door = useDoor({ prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer the phone.` } });

row('answered and understood', async () => {
  const { standIn, phone, uri } = door();
  const asked = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: asked });
  standIn.control({ llm: { always: ANSWER } });
  const caller = await phone();
  caller.call({ to: uri() });
  const { atMs } = await caller.happened('answered');
  const greetedAtMs = await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
  const quietAtMs = await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: 20_000 });
  await expectHeard(standIn, caller.heard.between(atMs, quietAtMs + 300), [GREETING]);
  const { endedAtMs } = await caller.say(asked);
  const answeredAtMs = await caller.waitForSpeech({ afterMs: endedAtMs, timeoutMs: 20_000 });
  const doneAtMs = await caller.waitForSilence({ afterMs: answeredAtMs, timeoutMs: 20_000 });
  await expectHeard(standIn, caller.heard.between(answeredAtMs - 300, doneAtMs + 300), [ANSWER]);
  expect(askedWith(standIn, QUESTION)).toBeDefined();
  return {
    heard: `greeting ${Math.round(greetedAtMs - atMs)} ms after pick-up; answer`,
    ms: greetedAtMs - atMs,
  };
});
