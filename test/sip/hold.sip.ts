import { expect } from 'vitest';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { expectHeard, understand } from './hears.ts';
import { row } from './rows.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you today with your telephone line?';
const QUESTION = 'I would like to pay my electricity bill';
const ANSWER = 'Certainly, I can help you with your bill.';
const HERE = 'I am here.';
const HOLD_MS = 30_000;

const door = useDoor({
  prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou answer the phone.` },
  // Without the hold they would be asked once, and hung up on.
  env: { IDLE_TIMEOUT_MS: '8000', TTS_CACHE: 'true' },
  profile: { llm: { ttftMs: 2500 } },
});

row(
  'on hold for 30 s: nothing is said into it, nothing is hung up, and the agent is there afterwards',
  async () => {
    const { standIn, phone, uri } = door();
    const asked = await utterance(QUESTION);
    understand(standIn, { [QUESTION]: asked });
    standIn.control({ llm: { always: ANSWER } });
    const caller = await phone();
    caller.call({ to: uri() });
    const { atMs } = await caller.happened('answered');
    const greetedAtMs = await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
    const quietAtMs = await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: 20_000 });
    caller.mute(true);
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
    expect(caller.heard.speechAfter(quietAtMs + 300)).toBeUndefined();
    expect(caller.events.some(({ event }) => event === 'ended')).toBe(false);
    caller.mute(false);
    const { endedAtMs } = await caller.say(asked);
    const hereAtMs = await caller.waitForSpeech({ afterMs: endedAtMs, timeoutMs: 20_000 });
    const doneAtMs = await caller.waitForSilence({ afterMs: hereAtMs, timeoutMs: 30_000, quietMs: 4000 });
    await expectHeard(standIn, caller.heard.between(hereAtMs - 300, doneAtMs + 300), [HERE, ANSWER]);
    caller.hangUp();
    return { heard: 'nothing on hold; then «I am here», and the answer', ms: hereAtMs - endedAtMs };
  },
);
