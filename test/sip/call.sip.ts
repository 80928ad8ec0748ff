import { expect } from 'vitest';
import { converse, targetOf } from '../../src/bench/one-call.ts';
import { callByPhone } from '../../src/probe/phone-leg.ts';
import { utterance } from '../e2e/utterance.ts';
import { useDoor } from './door.ts';
import { understand } from './hears.ts';
import { row } from './rows.ts';

const QUESTION = 'I would like to pay my electricity bill';
const door = useDoor({ prompts: { default: '---\ngreeting: Welcome to Contoh Telecom.\n---\nYou answer.' } });

row('npm run call --sip: picked up, greeted, heard and answered', async () => {
  const { standIn, uri } = door();
  const question = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: question });
  standIn.control({ llm: { always: 'Certainly, your bill is ninety ringgit.' } });
  const phone = await callByPhone({ ...targetOf(uri()), from: '+60123456789', withinMs: 30_000 });
  try {
    const { greetingMs, answerMs, answerLastsMs } = await converse(phone, question);
    expect(greetingMs).toBeLessThan(3000);
    expect(answerLastsMs).toBeGreaterThan(500);
    return { heard: `first word ${Math.round(greetingMs ?? 0)} ms after pick-up; the answer`, ms: answerMs };
  } finally {
    await phone.leave();
  }
});
