import { mkdtempSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sound } from '../../src/probe/wav.ts';
import { askedWith } from '../e2e/hearing.ts';
import { utterance } from '../e2e/utterance.ts';
import { channelsOf, firstSoundMs } from '../helpers/stereo-wav.ts';
import { useDoor } from './door.ts';
import { expectHeard, hears, understand } from './hears.ts';
import type { Phone } from './phone.ts';
import { row } from './rows.ts';

/** Without a pause, so that silence is none of its own. */
const GREETING =
  'Welcome to Contoh Telecom where you hear our opening hours with two and change your PIN with three and for everything else that you want just tell me what I can do for you.';
const HOURS = 'We are open from nine in the morning until six in the evening.';
const PIN = 'Please type your PIN, then the hash key.';
const NOTICE = 'This call is recorded.';
const ANSWER = 'Thank you, I have found your account.';
const QUESTION = 'I would like to pay my electricity bill';

const dir = mkdtempSync(join(tmpdir(), 'keys-'));
const PROMPT = `---
greeting: ${GREETING}
dtmf:
  2: { say: ${HOURS} }
  3: { ask: pin }
  9: { hang_up: true }
questions:
  pin: { say: "${PIN}", secret: true, header: X-Pin }
---
You answer the phone.`;
const door = useDoor({
  prompts: { default: PROMPT },
  env: { RECORDS_DIR: dir, TRANSCRIPTS: 'true', RECORDING: 'on' },
});

/** A caller who has been told that they are recorded, which may not be interrupted, and whom the agent greets. */
async function greeted(): Promise<Phone> {
  const { phone, uri, standIn } = door();
  const caller = await phone();
  caller.call({ to: uri() });
  const { atMs: answeredAtMs } = await caller.happened('answered');
  const noticeAtMs = await hears(standIn, caller, [NOTICE], { afterMs: answeredAtMs });
  await caller.waitForSpeech({ afterMs: noticeAtMs, timeoutMs: 20_000 });
  return caller;
}

/** What the agent says from a moment on, until it is quiet. */
async function said(caller: Phone, afterMs: number): Promise<Sound> {
  const startMs = await caller.waitForSpeech({ afterMs, timeoutMs: 20_000 });
  const endMs = await caller.waitForSilence({ afterMs: startMs, timeoutMs: 30_000 });
  return caller.heard.between(startMs - 300, endMs + 300);
}

/** Presses the key, and hears these texts since a moment; the hours begin within 4 s, while the greeting would go on for ten. */
async function hearsHours(caller: Phone, texts: readonly string[], fromMs: number): Promise<number> {
  const { standIn } = door();
  const pressedAtMs = performance.now();
  caller.digits('2');
  const heardAtMs = await hears(standIn, caller, texts, { afterMs: fromMs });
  caller.hangUp();
  const rate = 24_000;
  const hoursMs = ((await standIn.speech(HOURS, { sampleRate: rate })).length * 1000) / rate;
  expect(heardAtMs - pressedAtMs).toBeLessThan(4000 + hoursMs);
  return heardAtMs - pressedAtMs;
}

row('a key of the menu cuts the greeting off, and what it stands for is said', async () => {
  const caller = await greeted();
  const ms = await hearsHours(caller, [HOURS], performance.now());
  return { heard: 'the hours, in the place of the greeting', ms };
});

row(
  'a key that is pressed during the notice, which is said to its end, takes the greeting’s place',
  async () => {
    const { phone, uri } = door();
    const caller = await phone();
    caller.call({ to: uri() });
    const { atMs } = await caller.happened('answered');
    await caller.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
    const ms = await hearsHours(caller, [NOTICE, HOURS], atMs);
    return { heard: 'the notice, then the hours', ms };
  },
);

row('an account number that is typed is one turn of the caller', async () => {
  const { standIn } = door();
  standIn.control({ llm: { always: ANSWER } });
  const caller = await greeted();
  const typingAtMs = performance.now();
  caller.digits('80012345#');
  await caller.until('all digits sent', () => caller.events.find(({ digit }) => digit === '#'), 10_000);
  const typedAtMs = performance.now();
  const heardAtMs = await caller.waitForSpeech({ afterMs: typedAtMs, timeoutMs: 20_000 });
  // Some of the greeting may still come, and the answer before this process hears that the last key was sent.
  await hears(standIn, caller, [ANSWER], { afterMs: typingAtMs });
  expect(askedWith(standIn, 'I have typed 80012345 on my telephone.')).toBeDefined();
  caller.hangUp();
  return { heard: 'answer', ms: heardAtMs - typedAtMs };
});

/** Two frequencies at once, as keys sound. */
const tone = (ms: number): Sound => ({
  sampleRate: 8000,
  samples: Int16Array.from({ length: 8 * ms }, (_, at) => {
    const angle = (at * 2 * Math.PI) / 8000;
    return 8000 * (Math.sin(852 * angle) + Math.sin(1477 * angle));
  }),
});

row('a secret is neither kept nor told to a model, nor is how it sounds', async () => {
  const { standIn, worker } = door();
  const asked = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: asked });
  standIn.control({ llm: { always: ANSWER } });
  const caller = await greeted();
  const before = await readdir(join(dir, 'calls')).catch(() => [] as string[]);
  const pressedAtMs = performance.now();
  caller.digits('3');
  // The question may follow on the greeting without a silence.
  await hears(standIn, caller, [PIN], { afterMs: pressedAtMs });
  const heardBefore = standIn.requests('stt').length;
  caller.digits('97');
  await caller.until('the first digits', () => caller.events.find(({ digit }) => digit === '7'), 10_000);
  await caller.say(tone(900));
  const typedAtMs = performance.now();
  caller.digits('31486#');
  await expectHeard(standIn, await said(caller, typedAtMs), [ANSWER]);
  expect(askedWith(standIn, '(pin): digits received')).toBeDefined();
  expect(standIn.requests('stt')).toHaveLength(heardBefore);
  const { endedAtMs } = await caller.say(asked);
  await said(caller, endedAtMs);
  caller.hangUp();
  const files = async () => {
    const calls = (await readdir(join(dir, 'calls'))).filter((name) => !before.includes(name));
    const found = calls.map((name) => join(dir, 'calls', name));
    return { found, names: await Promise.all(found.map((folder) => readdir(folder))) };
  };
  await expect.poll(async () => (await files()).names.flat(), { timeout: 20_000 }).toContain('recording.wav');
  const { found, names } = await files();
  const folder = found[names.findIndex((list) => list.includes('recording.wav'))] ?? '';
  const text = await readFile(join(folder, 'transcript.txt'), 'utf8');
  expect(text).toContain('digits received');
  expect(text + JSON.stringify(worker.log) + JSON.stringify(standIn.requests('llm'))).not.toContain(
    '9731486',
  );
  const { left } = channelsOf(await readFile(join(folder, 'recording.wav')));
  const lastAt = left.samples.findLastIndex((sample) => Math.abs(sample) > 600);
  const soundMs = (lastAt * 1000) / left.sampleRate - firstSoundMs(left);
  const spokenMs = (asked.samples.length * 1000) / asked.sampleRate;
  expect(soundMs).toBeGreaterThan(spokenMs / 2);
  expect(soundMs).toBeLessThan(spokenMs + 500);
  return { heard: 'question and answer; recorded: silence, then what was said' };
});

row('the agent hangs up: good-bye, then a BYE that says why', async () => {
  const { standIn } = door();
  const caller = await greeted();
  const pressedAtMs = performance.now();
  caller.digits('9');
  const quietAtMs = await caller.waitForSilence({ afterMs: pressedAtMs, timeoutMs: 20_000, quietMs: 150 });
  const bye = await caller.happened('bye', { timeoutMs: 20_000 });
  expect(bye.headers).toMatchObject({ Reason: 'Q.850;cause=16;text="agent hung up"' });
  await expectHeard(standIn, caller.heard.between(quietAtMs, bye.atMs), ['Thank you for calling. Goodbye.']);
  return { heard: `good-bye; ${bye.headers?.Reason}`, ms: bye.atMs - pressedAtMs };
});
