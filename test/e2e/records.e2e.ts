import { existsSync, mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { SAME_SPEECH, similarity } from '../../src/probe/likeness.ts';
import { heardLaterMs, partOf, readKeptSound } from '../helpers/kept-sound.ts';
import { channelsOf } from '../helpers/stereo-wav.ts';
import { type Message, type Receiver, receiveWebhooks } from '../helpers/webhook-receiver.ts';
import { answerAfter, likeness, understand } from './hearing.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';
import type { WorkerProcess } from './worker.ts';

const SECRET = `whsec_${Buffer.from('a secret of the end-to-end tests').toString('base64')}`;
const QUESTION = 'When do you open on Sunday?';
const ANSWER = 'We open at nine in the morning.';
/** Of what is said in the transcript, and heard in the recording. */
const IN_TIME_MS = 100;

const dir = mkdtempSync(join(tmpdir(), 'voice-agent-records-'));
/** Where nobody listens until a test does. */
const port = await receiveWebhooks({ secret: SECRET }).then(async (once) => {
  await once.stop();
  return once.port;
});
const stack = useStack({
  worker: false,
  prompts: { default: 'You are the voice agent of the end-to-end tests.' },
  env: {
    ...{ RECORDS_DIR: dir, TRANSCRIPTS: 'true', RECORDING: 'on', WEB_ENABLED: 'false' },
    ...{ WEBHOOK_URL: `http://127.0.0.1:${port}/hook`, WEBHOOK_SECRET: SECRET },
  },
});
let receiver: Receiver | undefined;
let program: WorkerProcess;
beforeEach(async () => {
  program = stack().startProgram('start');
  await program.logged('worker registered');
});
afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
  await program.stop();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function listen(): Promise<readonly Message[]> {
  receiver = await receiveWebhooks({ secret: SECRET, port });
  return receiver.messages;
}

/** What was told of one call: an earlier try of a test leaves messages of its own. */
const typesOf = (told: readonly Message[], callId: string): string[] =>
  told.filter(({ data }) => data.callId === callId).map(({ type }) => type);

const callFolder = (callId: string) => join(dir, 'calls', callId);
const jsonIn = async (callId: string, name: string) =>
  JSON.parse(await readFile(join(callFolder(callId), name), 'utf8'));
const kept = (callId: string) =>
  expect.poll(() => readdir(callFolder(callId)).catch(() => []), { timeout: 15_000 });

test('a call is kept with both voices in time with its transcript, and told to a receiver that was down, by the next worker', {
  timeout: 120_000,
}, async () => {
  const { callers, standIn, startProgram } = stack();
  const question = await utterance(QUESTION);
  understand(standIn, { [QUESTION]: question });
  standIn.control({ llm: { rules: [{ match: 'open', answer: ANSWER }] } });
  const guest = await callers.call();
  const { callId } = await program.logged('call started');
  const id = String(callId);
  await answerAfter(guest, guest.joinedAtMs); // «This call is recorded.»
  const { endedAtMs } = await guest.speak(question);
  await answerAfter(guest, endedAtMs);
  await guest.leave();
  await kept(id).toEqual(['recording.wav', 'summary.json', 'transcript.json', 'transcript.txt']);

  const { recording } = await jsonIn(id, 'summary.json');
  expect(recording).toMatchObject({ sampleRate: 16_000, channels: ['caller', 'agent'] });
  const { lines, caller, agent } = await readKeptSound(callFolder(id));
  const asked = lines.find(({ text }) => text === QUESTION);
  const answered = lines.find(({ text }) => text === ANSWER);
  if (!asked || !answered) throw new Error(JSON.stringify(lines));
  expect(similarity(partOf(caller, asked), question).score).toBeGreaterThan(SAME_SPEECH);
  expect(await likeness(standIn, partOf(agent, answered), ANSWER)).toBeGreaterThan(SAME_SPEECH);
  const off = { caller: heardLaterMs(caller, asked), agent: heardLaterMs(agent, answered) };
  process.stdout.write(`off by ${Math.round(off.caller)} ms (caller), ${Math.round(off.agent)} ms (agent)\n`);
  expect(Math.abs(off.caller)).toBeLessThan(IN_TIME_MS);
  expect(Math.abs(off.agent)).toBeLessThan(IN_TIME_MS);

  await program.stop();
  const told = await listen();
  program = startProgram('start');
  const types = ['call.ended', 'call.started', 'call.summary', 'recording.ready', 'transcript.ready'];
  await expect.poll(() => typesOf(told, id).sort(), { timeout: 60_000 }).toEqual(types);
});

test('a recorded call whose host is killed is one record of two parts, readable up to the kill', async () => {
  const told = await listen();
  const guest = await stack().callers.call();
  const { callId, pid } = await program.logged('call started');
  const id = String(callId);
  await answerAfter(guest, guest.joinedAtMs);
  const [open = ''] = await openFolders(id);
  const parts = async () => (await readdir(open)).filter((name) => name.endsWith('.wav'));
  process.kill(Number(pid), 'SIGKILL');
  const killedAtMs = Date.now();
  const [first = ''] = await parts();
  const { left } = channelsOf(await readFile(join(open, first)));
  const endedAtMs = Number(first.replaceAll(/\D/g, '')) + (left.samples.length * 1000) / left.sampleRate;
  process.stdout.write(`lost ${Math.round(killedAtMs - endedAtMs)} ms at the kill\n`);
  expect(killedAtMs - endedAtMs).toBeLessThan(1000);
  await program.logged('call goes on');
  await expect.poll(async () => (await parts()).length, { timeout: 20_000 }).toBe(2);
  await guest.leave();
  await kept(id).toContain('recording.wav');
  expect(await jsonIn(id, 'summary.json')).toMatchObject({ parts: 2 });
  await expect.poll(() => typesOf(told, id), { timeout: 20_000 }).toContain('recording.ready');
  expect(typesOf(told, id).filter((type) => type === 'call.ended')).toHaveLength(1);
});

/** Where the call is kept while it runs. */
async function openFolders(callId: string): Promise<string[]> {
  const workers = await readdir(join(dir, 'workers'));
  return workers
    .map((worker) => join(dir, 'workers', worker, 'open', callId))
    .filter((path) => existsSync(path));
}
