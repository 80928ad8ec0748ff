import { expect } from 'vitest';
import { askedWith } from '../e2e/hearing.ts';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { headHeard } from './greeting-head.ts';
import { hears, understand } from './hears.ts';
import { row } from './rows.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you?';
const QUESTION = 'I would like to pay my electricity bill';
const ANSWER = 'Certainly, I can help you with your bill.';

const door = useDoor({ prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer the phone.` } });

row('answered and understood; the greeting is heard from its first sound on', async () => {
  const { standIn, phone, uri } = door();
  const asked = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: asked });
  standIn.control({ llm: { always: ANSWER } });
  const caller = await phone();
  caller.call({ to: uri() });
  const { atMs } = await caller.happened('answered');
  const greetedAtMs = await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
  const heardAtMs = await hears(standIn, caller, [GREETING], { afterMs: atMs });
  await caller.waitForSilence({ afterMs: heardAtMs, timeoutMs: 20_000 });
  const spoken = { samples: await standIn.speech(GREETING, { sampleRate: 24_000 }), sampleRate: 24_000 };
  expect(headHeard(caller.heard.between(atMs, heardAtMs), spoken), 'its first 200 ms').toBeGreaterThan(0.5);
  const { endedAtMs } = await caller.say(asked);
  await hears(standIn, caller, [ANSWER], { afterMs: endedAtMs });
  expect(askedWith(standIn, QUESTION)).toBeDefined();
  return {
    heard: `greeting ${Math.round(greetedAtMs - atMs)} ms after pick-up; answer`,
    ms: greetedAtMs - atMs,
  };
});
