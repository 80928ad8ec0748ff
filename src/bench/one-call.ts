import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadConfig, processSources } from '../config/load.ts';
import { withDevLiveKit } from '../dev/livekit-keys.ts';
import { openSettings } from '../dev/plan.ts';
import { DEV_NUMBER } from '../dev/sip-number.ts';
import { AppError, messageOf } from '../errors.ts';
import { disposeRtc } from '../framework/dispose-rtc.ts';
import { joinAsCaller } from '../probe/guest.ts';
import { callByPhone, type Speaker } from '../probe/phone-leg.ts';
import { decodeWav, encodeWav, type Sound } from '../probe/wav.ts';
import { mintToken } from '../web/mint.ts';

const USAGE = `npm run call -- [options] question.wav   one call to the agent of npm run dev: hears the greeting, speaks the WAV, hears the answer

  --sip               by the SIP service of npm run dev -- --sip, in place of WebRTC
  --uri <sip:…>       another one, and its number (default sip:${DEV_NUMBER}@127.0.0.1:5060)
  --from <number>     number that calls (default +15550199)
  --out <file.wav>    gets what was heard
`;
const PICKED_UP_WITHIN_MS = 30_000;
const GREETED_WITHIN_MS = 10_000;
const LONGEST_MS = 60_000;
const ANSWERED_WITHIN_MS = 20_000;

/** `--sip` of this program; number, host and port. @throws AppError for another URI. */
export function targetOf(uri: string): { to: string; host: string; port: number } {
  const [, to, host, port = '5060'] = /^sip:([+\d]{2,16})@([\w.-]+)(?::(\d{1,5}))?$/.exec(uri) ?? [];
  if (to !== undefined && host !== undefined) return { to, host, port: Number(port) };
  throw new AppError(`--uri ${uri}: want sip:NUMBER@HOST:PORT`, { hint: 'see --help' });
}

/** What was heard in one call, in milliseconds. */
export interface Heard {
  /** From pick-up, or from joining, to the first word; `undefined`: nothing within 10 s. */
  greetingMs: number | undefined;
  /** From the last sound of the WAV to the first of the answer. */
  answerMs: number;
  answerLastsMs: number;
}

/**
 * Greeting, one sentence, its answer.
 *
 * @param greetedWithinMs - who is not greeted by then speaks first: a prompt may have no greeting.
 * @throws AppError where no answer comes.
 */
export async function converse(
  caller: Speaker,
  sound: Sound,
  greetedWithinMs = GREETED_WITHIN_MS,
): Promise<Heard> {
  const greetedAtMs = await caller
    .waitForSpeech({ afterMs: caller.joinedAtMs, timeoutMs: greetedWithinMs })
    .catch(() => undefined);
  if (greetedAtMs !== undefined) await caller.waitForSilence({ afterMs: greetedAtMs, timeoutMs: LONGEST_MS });
  const { lastVoicedAtMs } = await caller.speak(sound);
  const startMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: ANSWERED_WITHIN_MS });
  const endMs = await caller.waitForSilence({ afterMs: startMs, timeoutMs: LONGEST_MS });
  return {
    greetingMs: greetedAtMs === undefined ? undefined : greetedAtMs - caller.joinedAtMs,
    answerMs: startMs - lastVoicedAtMs,
    answerLastsMs: endMs - startMs,
  };
}

/** Joins a new room of the LiveKit that the settings name, else of a running `npm run dev`. */
export async function joinByWebRtc(): Promise<Speaker> {
  const sources = processSources();
  const { livekit, agent } = loadConfig(withDevLiveKit(sources, openSettings(sources)), 'page');
  const id = `call-${randomUUID()}`;
  const token = await mintToken({ livekit, agentName: agent.name, ttlMs: 600_000, room: id, identity: id });
  return joinAsCaller({ url: livekit.url, token });
}

async function run(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { sip: { type: 'boolean' }, help: { type: 'boolean' }, uri: text, from: text, out: text },
  });
  const [file] = positionals;
  if (values.help || file === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const sound = decodeWav(await readFile(file));
  const say = (text: string) => process.stdout.write(`${text}\n`);
  let caller: Speaker;
  if (values.sip) {
    const target = targetOf(values.uri ?? `sip:${DEV_NUMBER}@127.0.0.1:5060`);
    const phone = await callByPhone({
      ...target,
      from: values.from ?? '+15550199',
      withinMs: PICKED_UP_WITHIN_MS,
    });
    say(`picked up after         ${Math.round(phone.rangMs)} ms, ${phone.codec}`);
    caller = phone;
  } else caller = await joinByWebRtc();
  try {
    const { greetingMs, answerMs, answerLastsMs } = await converse(caller, sound);
    say(`first word after        ${greetingMs === undefined ? 'none' : `${Math.round(greetingMs)} ms`}`);
    say(`answer after            ${Math.round(answerMs)} ms, lasts ${(answerLastsMs / 1000).toFixed(1)} s`);
    if (values.out !== undefined) await writeFile(values.out, encodeWav(caller.heard.between()));
  } finally {
    await caller.leave();
  }
}

if (import.meta.filename === process.argv[1])
  try {
    await run();
  } catch (error) {
    const hint = error instanceof AppError && error.hint ? `\n  → ${error.hint}` : '';
    process.stderr.write(`${messageOf(error)}${hint}\n`);
    process.exitCode = 1;
  } finally {
    await disposeRtc();
  }
