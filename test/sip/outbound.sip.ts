import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createDialler } from '../../src/phone/outbound/dialler.ts';
import type { PlacedCall } from '../../src/phone/outbound/place-call.ts';
import { AGENT_NAME } from '../e2e/callers.ts';
import { askedWith } from '../e2e/hearing.ts';
import { utterance } from '../e2e/utterance.ts';
import { NUMBER, useDoor } from './door.ts';
import { sine } from './heard-tone.ts';
import { hears, understand } from './hears.ts';
import type { Phone } from './phone.ts';
import { row } from './rows.ts';

const GREETING = 'Hello, this is Contoh Telecom with a reminder.';
const CALLEE = '+60311112222';
const PERSON = 'Hello, who is this please?';
const ANSWER = 'I call about your bill, it is due tomorrow.';
const VOICEMAIL = 'Please leave your message after the tone';

const file = join(mkdtempSync(join(tmpdir(), 'outbound-')), 'phone.yaml');
const setupFor = (address: string) => `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
outbound: {main: {address: '${address}', transport: udp, numbers: ['${NUMBER}'], allowedPrefixes: ['+603'], ringingTimeoutMs: 5000, limits: {atOnce: 5}}}
numbers: {'${NUMBER}': {prompt: default}}
`;
const door = useDoor({ prompts: { default: `---\ngreeting: ${GREETING}\n---\nYou remind people.` } });

/** Who answers holds the receiver to their ear first; a recording begins later still. */
const afterAnswer = () => new Promise((resolve) => setTimeout(resolve, 800));

/** Calls a telephone that does this. */
async function dialled(as: Parameters<Phone['incoming']>[0]): Promise<{ callee: Phone; call: PlacedCall }> {
  const { livekit, phone, apply } = door();
  const callee = await phone({ number: CALLEE });
  callee.incoming(as);
  const setup = setupFor(callee.address);
  writeFileSync(file, setup);
  await apply(setup);
  const config = {
    livekit: { ...livekit, publicUrl: livekit.url, iceTransport: 'all' },
    agent: { name: AGENT_NAME, deployment: '' },
    phone: { setup: file },
  };
  const log = { info() {}, warn() {} };
  const dialler = createDialler({ config: config as never, log });
  return { callee, call: await dialler.dial({ to: CALLEE }, new AbortController().signal) };
}

row('outbound answered: the callee hears the greeting', async () => {
  const { standIn } = door();
  const { callee, call } = await dialled('answer');
  expect(call).toMatchObject({ result: 'answered' });
  const { atMs } = await callee.happened('answered');
  const greetedAtMs = await callee.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
  await hears(standIn, callee, [GREETING], { afterMs: atMs });
  callee.hangUp();
  return { heard: 'greeting', ms: greetedAtMs - atMs };
});

row('outbound voicemail: hung up on without a word of the caller', async () => {
  const { standIn } = door();
  const recording = await utterance(VOICEMAIL);
  understand(standIn, { [VOICEMAIL]: recording });
  const { callee } = await dialled('answer');
  const { atMs } = await callee.happened('answered');
  await afterAnswer();
  const { endedAtMs } = await callee.say(recording);
  const ended = await callee.happened('ended', { afterMs: atMs, timeoutMs: 20_000 });
  expect(ended.by).toBe('remote');
  return { heard: 'the line is closed', ms: ended.atMs - endedAtMs };
});

const BEEP = { sampleRate: 8000, samples: sine(0.5, 1000).samples };

/** Unknown words, with the tone that ends a greeting. */
row('outbound voicemail in a language that nobody knows: hung up on after its tone', async () => {
  const { standIn } = door();
  const recording = await utterance(
    'Twelve hundred thousand people walked along the river bank this summer evening',
  );
  understand(standIn, { 您拨打的用户暂时无法接通: recording });
  const { callee } = await dialled('answer');
  const { atMs } = await callee.happened('answered');
  await afterAnswer();
  const { endedAtMs } = await callee.say(recording);
  // The line may be closed within the tone.
  callee.say(BEEP).catch(() => {});
  const ended = await callee.happened('ended', { afterMs: atMs, timeoutMs: 20_000 });
  expect(ended.by).toBe('remote');
  expect(ended.atMs).toBeGreaterThan(endedAtMs);
  return { heard: 'the line is closed', ms: ended.atMs - endedAtMs };
});

row('outbound to a person who answers with a question: talked to', async () => {
  const { standIn } = door();
  const question = await utterance(PERSON);
  understand(standIn, { [PERSON]: question });
  standIn.control({ llm: { always: ANSWER } });
  const { callee } = await dialled('answer');
  await callee.happened('answered');
  await afterAnswer();
  const { endedAtMs } = await callee.say(question);
  const startMs = await callee.waitForSpeech({ afterMs: endedAtMs, timeoutMs: 20_000 });
  await hears(standIn, callee, [ANSWER], { afterMs: endedAtMs });
  expect(callee.events.some(({ event }) => event === 'ended')).toBe(false);
  callee.hangUp();
  return { heard: 'an answer', ms: startMs - endedAtMs };
});

row('outbound to a person who speaks as they pick up: every word is understood', async () => {
  const { standIn } = door();
  const question = await utterance(PERSON);
  understand(standIn, { [PERSON]: question });
  standIn.control({ llm: { always: ANSWER } });
  const { callee } = await dialled({ ringMs: 1500 });
  const { atMs } = await callee.happened('answered');
  const { endedAtMs } = await callee.say(question);
  const toldAtMs = await hears(standIn, callee, [ANSWER], { afterMs: atMs });
  expect(askedWith(standIn, PERSON)).toBeDefined();
  callee.hangUp();
  return { heard: 'an answer', ms: toldAtMs - endedAtMs };
});

for (const [code, result] of [
  [486, 'busy'],
  [603, 'declined'],
  [480, 'no-answer'],
  [404, 'failed'],
] as const)
  row(`outbound ${code}: ${result}`, async () => {
    const { call } = await dialled({ code });
    expect(call).toMatchObject({ result, sipCode: code });
    return { heard: call.reason ?? '' };
  });

row('outbound that nobody answers: given up after the ringing timeout', async () => {
  const { call } = await dialled('ring');
  expect(call, call.reason).toMatchObject({ result: 'no-answer' });
  return { heard: call.reason ?? '', ms: call.rangMs };
});
