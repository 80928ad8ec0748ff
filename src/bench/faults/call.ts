import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../../dev/child.ts';
import type { LiveKit } from '../../dev/livekit.ts';
import { type Guest, joinAsCaller } from '../../probe/guest.ts';
import { mintToken } from '../../web/mint.ts';
import type { AnswerLength } from '../answers.ts';
import { soundOf, type Utterance } from '../corpus.ts';
import type { Ear } from '../ear.ts';
import type { Speeds } from '../profile.ts';
import { ANSWERED_AFTER_MS } from '../turn.ts';
import { startWorker } from '../worker.ts';
import type { Scene } from './scenes.ts';
import { earOf, type FaultEar, type Servers, startServers } from './servers.ts';
import { countOf, type FaultTurn, placeOf, takeFaultTurn } from './turn.ts';

/** A greeting that comes later than this does not come. */
const GREETED_WITHIN_MS = 12_000;
const GREETING_END_WITHIN_MS = 30_000;
const THINKING_MS = 500;
/** Into an answer, before its server ends. */
const INTO_ANSWER_MS = 300;
/** Of the model of that server: an answer takes three seconds to write. */
const SLOW_TOKENS_PER_S = 10;

/** What all scenes share. */
export interface FaultBench {
  readonly livekit: LiveKit;
  readonly speeds: Speeds;
  readonly settings: Readonly<Record<string, string>>;
  readonly utterances: readonly Utterance[];
  /** Turns of a call, unless the scene says otherwise. */
  readonly turns: number;
  readonly dir: string;
  progress(text: string): void;
}

/** What came of a call. */
export interface SceneResult {
  readonly name: string;
  readonly what: string;
  /** Caller joined to the agent's first sound. */
  readonly greetingMs: number | undefined;
  readonly turns: readonly FaultTurn[];
  /** Of the call, greeting and warming up included. */
  readonly requests: FaultTurn['requests'];
  /** Where a server ended in an answer: from then to the first sound made by the other one. */
  readonly wentOnMs?: number | undefined;
}

/** One call with a worker and servers of its own. */
export async function runScene(scene: Scene, bench: FaultBench): Promise<SceneResult> {
  const { name, servers: kinds, faults, tts } = scene;
  const { livekit, speeds, dir } = bench;
  const servers = await startServers(kinds, speeds, dir);
  const voice = tts && (await startServers([tts], speeds, dir));
  const agentName = `bench-faults-${name}`;
  let worker: Service | undefined;
  try {
    for (const one of servers.simulated) await one.answer('short');
    worker = await startWorker({
      ...{ pipeline: 'own', livekit, agentName, dir, endpointsUrl: servers.urls[0] },
      settings: { ...settingsOf(servers, voice), ...bench.settings },
    });
    if (faults) await servers.simulated[0]?.control({ faults });
    const room = `${agentName}-${process.pid}`;
    const token = await mintToken({ livekit, agentName, ttlMs: 600_000, room, identity: `caller-${room}` });
    const guest = await joinAsCaller({ url: livekit.url, token });
    try {
      return await talk(scene, bench, { guest, servers, ear: earOf(servers.simulated) });
    } finally {
      await guest.leave();
    }
  } finally {
    await worker?.stop();
    servers.close();
    voice?.close();
  }
}

function settingsOf({ urls: [, second] }: Servers, voice: Servers | undefined): Record<string, string> {
  const stages = ['STT', 'LLM', 'TTS'];
  return {
    ...(second && Object.fromEntries(stages.map((stage) => [`${stage}_BASE_URL_2`, second]))),
    ...(voice?.urls[0] && { TTS_BASE_URL: voice.urls[0] }),
  };
}

interface Open {
  guest: Guest;
  servers: Servers;
  ear: FaultEar;
}

async function talk(scene: Scene, bench: FaultBench, { guest, servers, ear }: Open): Promise<SceneResult> {
  const greetingMs = await hearGreeting(guest);
  if (scene.faultsInCall) await servers.simulated[0]?.control({ faults: scene.faultsInCall });
  const turns: FaultTurn[] = [];
  const count = Math.max(Math.min(scene.turns ?? bench.turns, bench.turns), (scene.endsAt ?? 0) + 2);
  let wentOnMs: number | undefined;
  for (let index = 0; index < count; index += 1) {
    const open = { guest, servers, ear };
    const ended = index === scene.endsAt ? await endedTurn(index, bench, open) : undefined;
    const turn = ended ?? (await plainTurn(index, bench, open));
    wentOnMs ??= ended?.wentOnMs;
    turns.push(turn);
    bench.progress(`${scene.name} ${index + 1} of ${count}: ${describe(turn)}`);
    await sleep(THINKING_MS);
  }
  const { name, what } = scene;
  return { name, what, greetingMs, turns, requests: countOf(await ear.whole()), wentOnMs };
}

/** @returns after how long it began. */
export async function hearGreeting(guest: Guest): Promise<number | undefined> {
  const timeoutMs = GREETED_WITHIN_MS;
  const heardAtMs = await guest.waitForSpeech({ afterMs: 0, timeoutMs }).catch(() => undefined);
  if (heardAtMs === undefined) return undefined;
  const quiet = { timeoutMs: GREETING_END_WITHIN_MS, quietMs: ANSWERED_AFTER_MS };
  await guest.waitForSilence({ afterMs: heardAtMs, ...quiet });
  return heardAtMs - guest.joinedAtMs;
}

/** The turn of that number, which has the same sentence in every call. */
export async function plainTurn(
  index: number,
  { utterances }: Pick<FaultBench, 'utterances'>,
  {
    guest,
    ear,
    length = 'short',
    onSound,
  }: { guest: Guest; ear: Ear; length?: AnswerLength; onSound?: () => void },
): Promise<FaultTurn> {
  const utterance = utterances[index % utterances.length] as Utterance;
  const sound = await soundOf(utterance);
  return takeFaultTurn({ guest, ear, utterance, sound, length, ...(onSound && { onSound }) });
}

/** A turn in whose answer the first server ends, while the model still writes it: it is lost unless the other one is heard after it. */
async function endedTurn(
  index: number,
  bench: FaultBench,
  { guest, servers, ear }: Open,
): Promise<FaultTurn & { wentOnMs: number | undefined }> {
  const [first, second] = servers.simulated;
  for (const one of servers.simulated) await one.answer('usual');
  await first?.control({
    profile: { llm: { ttftMs: bench.speeds.llmTtftMs, tokensPerS: SLOW_TOKENS_PER_S } },
  });
  let endedAtMs = Number.POSITIVE_INFINITY;
  const end = async () => {
    await sleep(INTO_ANSWER_MS);
    if (first) await ear.keep(first);
    endedAtMs = performance.now();
    first?.close();
  };
  let ending: Promise<void> | undefined;
  const onSound = () => {
    ending = end();
  };
  const turn = await plainTurn(index, bench, { guest, ear, length: 'usual', onSound });
  await ending;
  const after = guest.heard.between(endedAtMs);
  const spoken = (await second?.journal(0))?.filter(({ route }) => route === 'tts') ?? [];
  const since = spoken.filter(({ atMs }) => atMs >= performance.timeOrigin + endedAtMs);
  const places = since.flatMap(({ details }) =>
    details && 'input' in details ? (placeOf(details.input, after) ?? []) : [],
  );
  const wentOnMs = places.length === 0 ? undefined : Math.min(...places);
  await second?.answer('short');
  return { ...turn, answerMs: wentOnMs === undefined ? undefined : turn.answerMs, wentOnMs };
}

function describe({ answerMs, soundMs, requests: { stt, llm, tts }, text }: FaultTurn): string {
  const ms = (value: number | undefined) => (value === undefined ? 'never' : `${Math.round(value)} ms`);
  return `answer ${ms(answerMs)}, sound ${ms(soundMs)}, stt ${stt} llm ${llm} tts ${tts}, «${text}»`;
}
