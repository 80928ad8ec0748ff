import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { utterance } from '../e2e/utterance.ts';
import { NUMBER, useDoor } from './door.ts';
import { expectHeard, hears, understand } from './hears.ts';
import { row } from './rows.ts';

const GREETING = 'Welcome to Contoh Telecom, how may I help you?';
const QUESTION = 'I would like to pay my electricity bill';
const ANNOUNCED = 'I will put you through to billing now.';
const FAILED = 'Sorry, nobody is there, but I am still here.';
const BILLING = '+60311112222';

const setup = join(mkdtempSync(join(tmpdir(), 'transfer-')), 'phone.yaml');
const SETUP = `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
outbound: {main: {address: '127.0.0.1:5060', numbers: ['${NUMBER}'], allowedPrefixes: ['+603']}}
numbers: {'${NUMBER}': {prompt: default}}
`;
writeFileSync(setup, SETUP);

const PROMPT = `---
greeting: ${GREETING}
transfer_failed: ${FAILED}
actions:
  transfer: { targets: { billing: { number: "${BILLING}", say: ${ANNOUNCED} } } }
---
You answer the phone.`;
const door = useDoor({ setup: SETUP, env: { PHONE_SETUP: setup }, prompts: { default: PROMPT } });

const call = { index: 0, id: 'c1', function: { name: 'transfer', arguments: '{"target": "billing"}' } };
const TRANSFER = { chunks: [{ delta: { tool_calls: [call] } }, { delta: {}, finish_reason: 'tool_calls' }] };

/** A caller who has asked for what the model transfers them for. */
async function asking() {
  const { standIn, phone, uri } = door();
  const asked = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: asked });
  standIn.control({ llm: { always: TRANSFER } });
  const caller = await phone();
  return {
    caller,
    async ask() {
      caller.call({ to: uri() });
      const { atMs } = await caller.happened('answered');
      const greetedAtMs = await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
      await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: 20_000 });
      return (await caller.say(asked)).endedAtMs;
    },
  };
}

row('cold transfer accepted: announced, the exchange calls the number, this call ends', async () => {
  const { standIn, phone } = door();
  const { caller, ask } = await asking();
  const colleague = await phone({ number: BILLING });
  caller.refer({ to: `sip:${BILLING}@${colleague.address}` });
  const saidAtMs = await ask();
  const referred = await caller.happened('refer', { timeoutMs: 30_000 });
  expect(referred.to).toContain(`tel:${BILLING}`);
  await caller.happened('transferred', { timeoutMs: 20_000 });
  await colleague.happened('answered');
  const ended = await caller.happened('ended', { timeoutMs: 10_000 });
  await expectHeard(standIn, caller.heard.between(saidAtMs, referred.atMs), [ANNOUNCED]);
  return { heard: 'announcement, then the colleague', ms: ended.atMs - referred.atMs };
});

row('cold transfer refused: the caller is told, and the agent stays', async () => {
  const { standIn } = door();
  const { caller, ask } = await asking();
  caller.refer({ code: 486 });
  await ask();
  const referred = await caller.happened('refer', { timeoutMs: 30_000 });
  const toldAtMs = await hears(standIn, caller, [FAILED], { afterMs: referred.atMs });
  expect(caller.events.some(({ event }) => event === 'ended')).toBe(false);
  caller.hangUp();
  return { heard: 'announcement, then what went wrong', ms: toldAtMs - referred.atMs };
});
