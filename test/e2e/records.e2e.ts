import { existsSync, mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { SAME_SPEECH, similarity } from '../../src/probe/likeness.ts';
import type { Sound } from '../../src/probe/wav.ts';
import { channelsOf, firstSoundMs } from '../helpers/stereo-wav.ts';
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
const port = await freePort();
const stack = useStack({
  worker: false,
  prompts: { default: 'You are the voice agent of the end-to-end tests.' },
  env: {
    ...{ RECORDS_DIR: dir, TRANSCRIPTS: 'true', RECORDING: 'on', WEB_ENABLED: 'false' },
    ...{ WEBHOOK_URL: `http://127.0.0.1:${port}/hook`, WEBHOOK_SECRET: SECRET },
  },
});
let server: Server | undefined;
let program: WorkerProcess;
beforeEach(async () => {
  program = stack().startProgram('start');
  await program.logged('worker registered');
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await program.stop();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Told {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A receiver that takes what the scheme's own library finds well signed. */
async function receiver(): Promise<Told[]> {
  const told: Told[] = [];
  const webhook = new Webhook(SECRET);
  const hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = request.headers as Record<string, string>;
    const body = webhook.verify(Buffer.concat(chunks).toString(), headers) as Omit<Told, 'id'>;
    told.push({ id: headers['webhook-id'] ?? '', ...body });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => hook.listen(port, '127.0.0.1', resolve));
  server = hook;
  return told;
}

/** What was told of one call: an earlier try of a test leaves messages of its own. */
const typesOf = (told: readonly Told[], callId: string): string[] =>
  told.filter(({ data }) => data.callId === callId).map(({ type }) => type);

const callFolder = (callId: string) => join(dir, 'calls', callId);
const jsonIn = async (callId: string, name: string) =>
  JSON.parse(await readFile(join(callFolder(callId), name), 'utf8'));
const kept = (callId: string) =>
  expect.poll(() => readdir(callFolder(callId)).catch(() => []), { timeout: 15_000 });

interface Line {
  who: string;
  text: string;
  fromMs: number;
  toMs: number;
}

/** The part of a channel in which a line of the transcript was said. */
function partOf({ samples, sampleRate }: Sound, { fromMs, toMs }: Line, aroundMs = 500): Sound {
  const at = (ms: number) => Math.max(0, Math.round((ms * sampleRate) / 1000));
  return { samples: samples.slice(at(fromMs - aroundMs), at(toMs + aroundMs)), sampleRate };
}

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

  const { lines }: { lines: Line[] } = await jsonIn(id, 'transcript.json');
  const { recording } = await jsonIn(id, 'summary.json');
  const { left, right } = channelsOf(await readFile(join(callFolder(id), 'recording.wav')));
  expect(recording).toMatchObject({ sampleRate: 16_000, channels: ['caller', 'agent'] });
  const inRecording = (line: Line) => ({
    ...line,
    fromMs: line.fromMs - recording.fromMs,
    toMs: line.toMs - recording.fromMs,
  });
  const [asked] = lines.filter(({ text }) => text === QUESTION).map(inRecording);
  const [answered] = lines.filter(({ text }) => text === ANSWER).map(inRecording);
  if (!asked || !answered) throw new Error(JSON.stringify(lines));
  expect(similarity(partOf(left, asked), question).score).toBeGreaterThan(SAME_SPEECH);
  expect(await likeness(standIn, partOf(right, answered), ANSWER)).toBeGreaterThan(SAME_SPEECH);
  const heardAt = (sound: Sound, line: Line) => firstSoundMs(sound, line.fromMs - 600) - line.fromMs;
  process.stdout.write(
    `off by ${Math.round(heardAt(left, asked))} ms (caller), ${Math.round(heardAt(right, answered))} ms (agent)\n`,
  );
  expect(Math.abs(heardAt(left, asked))).toBeLessThan(IN_TIME_MS);
  expect(Math.abs(heardAt(right, answered))).toBeLessThan(IN_TIME_MS);

  await program.stop();
  const told = await receiver();
  program = startProgram('start');
  const types = ['call.ended', 'call.started', 'call.summary', 'recording.ready', 'transcript.ready'];
  await expect.poll(() => typesOf(told, id).sort(), { timeout: 60_000 }).toEqual(types);
});

test('a recorded call whose host is killed is one record of two parts, readable up to the kill', async () => {
  const told = await receiver();
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
