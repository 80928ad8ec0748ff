import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { converse, joinByWebRtc } from '../../src/bench/one-call.ts';
import { processSources } from '../../src/config/load.ts';
import { type Child, startChild } from '../../src/dev/child.ts';
import { AppError, messageOf } from '../../src/errors.ts';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';
import { encodeWav, type Sound } from '../../src/probe/wav.ts';
import { utterance } from '../e2e/utterance.ts';
import { heardLaterMs, partOf, readKeptSound } from '../helpers/kept-sound.ts';
import { receiveWebhooks } from '../helpers/webhook-receiver.ts';

const USAGE = `npm run records:check [-- --down-s N]   two calls to npm run dev: the first one's recording is played back against its transcript; during
                                        the second nobody receives webhooks, the worker is killed, and N seconds later (60) somebody does
`;
const SECRET = `whsec_${Buffer.from('a secret of the check of records').toString('base64')}`;
const QUESTION = 'When do you open on Sunday?';
const EVENTS = ['call.ended', 'call.started', 'call.summary', 'recording.ready', 'transcript.ready'];
const IN_TIME_MS = 100;
/** Of a line's words: a small recogniser mishears a synthetic voice. */
const MOST_WORDS = 0.6;
const WITHIN_MS = 90_000;
/** The first call comes while host processes still load. */
const GREETED_WITHIN_MS = 60_000;

const problems: string[] = [];
const say = (text: string) => process.stdout.write(`${text}\n`);
/** Prints one thing that was looked at, and keeps it when it is wrong. */
function judge(what: string, found: string, isRight: boolean): void {
  say(`  ${isRight ? '✓' : '✗'} ${what.padEnd(44)} ${found}`);
  if (!isRight) problems.push(what);
}

async function until<T>(what: string, find: () => Promise<T | undefined>, withinMs = WITHIN_MS): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new AppError(`${what}: not within ${withinMs / 1000} s`);
    await sleep(100);
  }
}

interface Dev {
  child: Child;
  lines: readonly string[];
}

async function startDev(env: Record<string, string>): Promise<Dev> {
  const lines: string[] = [];
  const child = startChild({
    command: process.execPath,
    args: ['--import', 'tsx', 'src/main.ts', 'dev'],
    env: { ...processSources().env, ...env },
    ...{ stopSignal: 'SIGINT', graceMs: 15_000 },
    onLine: (line) => lines.push(line),
  });
  const dev = { child, lines };
  await until('npm run dev', async () => logged(dev, /^Ready after/)).catch(async (error) => {
    await child.stop();
    throw new AppError(`${messageOf(error)}\n${lines.join('\n')}`);
  });
  return dev;
}

const logged = ({ lines }: Dev, what: RegExp): RegExpMatchArray | undefined =>
  lines.map((line) => what.exec(line)).find((found) => found !== null) ?? undefined;

/** Calls, asks, hears the answer, hangs up; then finds what was kept of it. */
async function call(question: Sound, dir: string): Promise<string> {
  const known = await foldersIn(dir);
  const caller = await joinByWebRtc();
  await converse(caller, question, GREETED_WITHIN_MS).finally(() => caller.leave());
  return until('the recording', async () => {
    const fresh = (await foldersIn(dir)).find((name) => !known.includes(name));
    return fresh && (await readdir(join(dir, fresh))).includes('recording.wav') ? fresh : undefined;
  });
}

const foldersIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

/** What the STT of `npm run dev` makes of a piece of the recording. */
async function recognised(dev: Dev, sound: Sound): Promise<string> {
  const url = logged(dev, /^ {2}STT +(http\S+)/)?.[1] ?? '';
  const body = new FormData();
  body.set('model', 'whisper-1');
  body.set('file', new Blob([new Uint8Array(encodeWav(sound))], { type: 'audio/wav' }), 'part.wav');
  const response = await fetch(`${url}/audio/transcriptions`, { method: 'POST', body });
  return String(((await response.json()) as { text?: unknown }).text);
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\w+/g) ?? [];

/** That both voices can be understood in a recording, where the transcript says. */
async function playBack(folder: string, dev: Dev): Promise<void> {
  const { lines, caller, agent } = await readKeptSound(folder);
  for (const { who, text, fromMs, toMs } of lines)
    say(`    ${Math.round(fromMs)}–${Math.round(toMs)} ms ${who}: ${text}`);
  const asked = lines.find(({ who }) => who === 'caller');
  const answered = lines.find(({ who, fromMs }) => who === 'agent' && fromMs > (asked?.toMs ?? Infinity));
  if (!asked || !answered) return judge('question and answer in the transcript', 'not both', false);
  for (const [channel, line] of [
    [caller, asked],
    [agent, answered],
  ] as const) {
    const text = await recognised(dev, partOf(channel, line));
    const heard = new Set(wordsOf(text));
    const wanted = wordsOf(line.text);
    const share = wanted.filter((word) => heard.has(word)).length / wanted.length;
    judge(`${line.who}'s channel, recognised by the STT`, `«${text}»`, share >= MOST_WORDS);
    const off = heardLaterMs(channel, line);
    judge(
      `${line.who}'s channel beside the transcript`,
      `${Math.round(off)} ms`,
      Math.abs(off) <= IN_TIME_MS,
    );
  }
}

async function check(dir: string, downMs: number): Promise<void> {
  const question = await utterance(QUESTION);
  let receiver = await receiveWebhooks({ secret: SECRET });
  const { port } = receiver;
  const eventsOf = (id: string) =>
    [...new Set(receiver.messages.filter(({ data }) => data.callId === id).map(({ type }) => type))].sort();
  const told = (id: string) =>
    until('webhooks', async () => (eventsOf(id).length === EVENTS.length ? eventsOf(id) : undefined)).catch(
      () => eventsOf(id),
    );
  const dev = await startDev({
    ...{ RECORDS_DIR: dir, TRANSCRIPTS: 'true', RECORDING: 'on' },
    ...{ WEBHOOK_URL: `http://127.0.0.1:${port}/`, WEBHOOK_SECRET: SECRET },
  });
  try {
    say('One call to npm run dev');
    const first = await call(question, join(dir, 'calls'));
    await playBack(join(dir, 'calls', first), dev);
    const events = await told(first);
    judge('webhooks, verified', events.join(', '), events.length === EVENTS.length);

    say(
      `A second one, while nobody receives; then the worker is killed, and ${downMs / 1000} s later somebody receives`,
    );
    await receiver.stop();
    const second = await call(question, join(dir, 'calls'));
    const downAtMs = performance.now();
    process.kill(Number(logged(dev, /^ {2}worker .*\(pid (\d+)\)/)?.[1]), 'SIGKILL');
    await until('the worker again', async () => logged(dev, /worker runs again/));
    await sleep(Math.max(0, downMs - (performance.now() - downAtMs)));
    receiver = await receiveWebhooks({ secret: SECRET, port });
    const upAtMs = performance.now();
    const late = await told(second);
    const tookS = ((performance.now() - upAtMs) / 1000).toFixed(1);
    judge('webhooks, verified', `${late.join(', ')}, after ${tookS} s`, late.length === EVENTS.length);
  } finally {
    await dev.child.stop();
    await receiver.stop();
  }
}

const { values } = parseArgs({
  options: { help: { type: 'boolean' }, 'down-s': { type: 'string', default: '60' } },
});
if (values.help) process.stdout.write(USAGE);
else {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-records-check-'));
  try {
    await check(dir, Number(values['down-s']) * 1000);
    say(problems.length === 0 ? 'All as promised.' : `Not as promised: ${problems.join('; ')}`);
  } catch (error) {
    problems.push(messageOf(error));
    process.stderr.write(`${messageOf(error)}\n`);
  } finally {
    if (problems.length === 0) await rm(dir, { recursive: true, force: true });
    else say(`Kept to look at: ${dir}`);
    await disposeRtc();
  }
  process.exitCode = problems.length === 0 ? 0 : 1;
}
