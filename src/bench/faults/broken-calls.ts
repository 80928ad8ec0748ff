import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLiveKit } from '../../dev/livekit.ts';
import { AppError } from '../../errors.ts';
import { readFolder } from '../../persona/folder.ts';
import { readAll } from '../../persona/read-all.ts';
import { type Guest, joinAsCaller } from '../../probe/guest.ts';
import { mintToken } from '../../web/mint.ts';
import { questionOf } from '../attribution.ts';
import type { Ear } from '../ear.ts';
import { PROMPTS, startWorker } from '../worker.ts';
import { linesOf, logOf } from '../worker-log.ts';
import { type FaultBench, hearGreeting, plainTurn } from './call.ts';
import { earOf, startServers } from './servers.ts';
import { wholePlaceOf } from './turn.ts';

/** Into an answer, before the process of its call is killed. */
const INTO_ANSWER_MS = 1500;
const HEARD_WITHIN_MS = 20_000;
/** A process that takes the place of one that was killed is warm by then. */
const WARM_AFTER_MS = 8000;
const LOOK_EVERY_MS = 500;
const JOIN_AGAIN_MS = 100;

/** A call that broke off. */
export interface BrokenCall {
  /** From the kill, or from the caller's coming back, to the agent's first word; `undefined`: it was not heard again. */
  readonly goesOnMs: number | undefined;
  /** Whether the next question came to the model with what was said before. */
  readonly hasContext: boolean;
}

/** The process of a call is killed in the middle of an answer, once in each of some calls. */
export async function killHosts(calls: number, bench: FaultBench): Promise<BrokenCall[]> {
  const { livekit, dir, progress } = bench;
  const agentName = 'bench-faults-killed';
  const resumed = await resumedLine();
  const servers = await startServers(['simulated'], bench.speeds, dir);
  const [endpoints] = servers.simulated;
  try {
    const worker = await startWorker({
      ...{
        pipeline: 'own',
        livekit,
        agentName,
        dir,
        endpointsUrl: servers.urls[0],
        settings: bench.settings,
      },
    });
    try {
      const results: BrokenCall[] = [];
      for (let call = 0; call < calls; call += 1) {
        await sleep(WARM_AFTER_MS);
        const room = `${agentName}-${process.pid}-${call}`;
        const token = await mintToken({
          livekit,
          agentName,
          ttlMs: 600_000,
          room,
          identity: `caller-${room}`,
        });
        const guest = await joinAsCaller({ url: livekit.url, token });
        const ear = earOf(servers.simulated);
        const answer = async (length: 'short' | 'long') => endpoints?.answer(length);
        const result = await killHost(guest, bench, { ear, answer, resumed, log: logOf(dir, agentName) });
        results.push(result);
        progress(`killed host ${call + 1} of ${calls}: ${describe(result)}`);
        await guest.leave();
      }
      return results;
    } finally {
      await worker.stop();
    }
  } finally {
    servers.close();
  }
}

interface Killed {
  ear: Ear;
  answer(length: 'short' | 'long'): Promise<void>;
  resumed: string;
  log: string;
}

async function killHost(
  guest: Guest,
  bench: FaultBench,
  { ear, answer, resumed, log }: Killed,
): Promise<BrokenCall> {
  await answer('short');
  await hearGreeting(guest);
  const before = await plainTurn(0, bench, { guest, ear });
  await answer('long');
  let goesOn: Promise<number | undefined> | undefined;
  const onSound = () => {
    goesOn = sleep(INTO_ANSWER_MS).then(async () => {
      const killedAtMs = performance.now();
      process.kill(await pidOfLastCall(log), 'SIGKILL');
      await answer('short');
      return saidAfter(guest, resumed, killedAtMs);
    });
  };
  await plainTurn(1, bench, { guest, ear, length: 'long', onSound });
  const goesOnMs = await goesOn;
  return { goesOnMs, hasContext: await asksWith(before.text, 2, bench, { guest, ear }) };
}

/** From a moment on, until the agent says these words: of an answer that it breaks off, others may still be heard. */
async function saidAfter(guest: Guest, words: string, fromMs: number): Promise<number | undefined> {
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const place = wholePlaceOf(words, guest.heard.between(fromMs));
    // By its end: just before its beginning there may have been no track.
    if (place) return guest.heard.momentOf(fromMs, place.endMs) - (place.endMs - place.atMs) - fromMs;
    if (performance.now() - fromMs > HEARD_WITHIN_MS) return undefined;
  }
}

/** What the agent says in a call that goes on. */
async function resumedLine(): Promise<string> {
  const { personas } = readAll(PROMPTS, await readFolder(PROMPTS), {});
  const line = personas.get('default')?.persona.resumed;
  if (line) return line;
  throw new AppError(`${PROMPTS} has no default.md`);
}

async function pidOfLastCall(log: string): Promise<number> {
  const pid = (await linesOf(log, 'call started')).at(-1)?.pid;
  if (typeof pid === 'number') return pid;
  throw new AppError(`${log} names no process of a call`);
}

/** Whether one more question comes to the model with an earlier one. */
async function asksWith(
  earlier: string,
  index: number,
  bench: FaultBench,
  { guest, ear }: { guest: Guest; ear: Ear },
): Promise<boolean> {
  const { text } = await plainTurn(index, bench, { guest, ear });
  const last = (await ear.whole()).findLast(
    (entry) => entry.route === 'llm' && questionOf(entry as never).includes(text),
  );
  return JSON.stringify(last?.details ?? {}).includes(earlier);
}

/** LiveKit ends in a call, and is there again after `awayMs`; the caller comes back with the key that the page gave. */
export async function loseLiveKit(awayMs: number, bench: FaultBench): Promise<BrokenCall> {
  const { dir, speeds, settings, progress } = bench;
  const agentName = 'bench-faults-away';
  const webToken = randomBytes(24).toString('hex');
  const servers = await startServers(['simulated'], speeds, dir);
  let livekit = await startLiveKit();
  try {
    for (const one of servers.simulated) await one.answer('short');
    const worker = await startWorker({
      ...{ pipeline: 'own', livekit, agentName, dir, endpointsUrl: servers.urls[0] },
      settings: { WEB_TOKEN: webToken, ...settings },
    });
    try {
      const page = await pageIn(logOf(dir, agentName));
      const { token, resumeKey } = await askForToken(page, webToken, { resumable: true });
      const guest = await joinAsCaller({ url: livekit.url, token });
      const ear = earOf(servers.simulated);
      await hearGreeting(guest);
      const { text } = await plainTurn(0, bench, { guest, ear });
      await livekit.close();
      await sleep(awayMs);
      await guest.leave().catch(() => {});
      const { url, apiKey, apiSecret } = livekit;
      livekit = await startLiveKit({ port: Number(new URL(url).port), apiKey, apiSecret });
      const cameBackAtMs = performance.now();
      const again = await joinSoon(url, async () => (await askForToken(page, webToken, { resumeKey })).token);
      const heardAtMs = await again
        .waitForSpeech({ afterMs: 0, timeoutMs: HEARD_WITHIN_MS })
        .catch(() => undefined);
      if (heardAtMs !== undefined)
        await again.waitForSilence({ afterMs: heardAtMs, timeoutMs: HEARD_WITHIN_MS });
      const hasContext = await asksWith(text, 1, bench, { guest: again, ear });
      await again.leave();
      const result = { goesOnMs: heardAtMs === undefined ? undefined : heardAtMs - cameBackAtMs, hasContext };
      progress(`LiveKit away for ${awayMs} ms: ${describe(result)}`);
      return result;
    } finally {
      await worker.stop();
    }
  } finally {
    servers.close();
    await livekit.close();
  }
}

async function pageIn(log: string): Promise<string> {
  const url = (await linesOf(log, 'page listening'))[0]?.url;
  if (typeof url === 'string') return url;
  throw new AppError(`${log} names no page`);
}

async function askForToken(
  page: string,
  webToken: string,
  wanted: { resumable?: boolean; resumeKey?: string | undefined },
): Promise<{ token: string; resumeKey: string | undefined }> {
  const response = await fetch(`${page}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${webToken}` },
    body: JSON.stringify(wanted),
  });
  const text = await response.text();
  if (!response.ok) throw new AppError(`the token route answered ${response.status}: ${text}`);
  const { token, resume } = JSON.parse(text);
  return { token, resumeKey: resume?.key };
}

/** As a page does, which tries again until LiveKit is there. */
async function joinSoon(url: string, token: () => Promise<string>): Promise<Guest> {
  const untilMs = performance.now() + HEARD_WITHIN_MS;
  for (;;) {
    try {
      return await joinAsCaller({ url, token: await token() });
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await sleep(JOIN_AGAIN_MS);
    }
  }
}

function describe({ goesOnMs, hasContext }: BrokenCall): string {
  const when = goesOnMs === undefined ? 'not heard again' : `heard after ${Math.round(goesOnMs)} ms`;
  return `${when}, ${hasContext ? 'with' : 'WITHOUT'} what was said before`;
}
