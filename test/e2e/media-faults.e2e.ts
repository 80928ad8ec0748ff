import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import type { Guest } from '../../src/probe/guest.ts';
import type { Sound } from '../../src/probe/wav.ts';
import { type LiveKitBehindProxy, startLiveKitBehindProxy } from '../media/livekit-behind-proxy.ts';
import type { Faults } from '../media/udp-proxy.ts';
import { AGENT_NAME } from './callers.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const QUESTION =
  'Good morning, I would like to know when my next bill is due and how much I have to pay for it.';
const ANSWER = 'Your next bill is due on the third of May.';
/** Turns with each fault; more of them for a table worth reading. */
const TURNS = Number(processSources().env.MEDIA_TURNS ?? 1);

/** What is done to the way between the caller and livekit-server, both ways, while a turn goes on. */
const ROWS: { name: string; faults: Faults; gap?: { afterMs: number; lengthMs: number } }[] = [
  { name: 'none', faults: {} },
  { name: 'loss 1 %', faults: { loss: 0.01 } },
  { name: 'loss 3 %', faults: { loss: 0.03 } },
  { name: 'loss 10 %', faults: { loss: 0.1 } },
  { name: 'jitter 60 ms', faults: { jitterMs: 60 } },
  { name: 'gap of 2 s', faults: {}, gap: { afterMs: 1500, lengthMs: 2000 } },
];

let livekit: LiveKitBehindProxy;
const stack = useStack({
  livekit: async () => {
    livekit = await startLiveKitBehindProxy(1);
    return livekit;
  },
});

interface Turn {
  fault: string;
  /** From the caller's last sound to the agent's first. */
  answeredMs: number;
  /** Turns that the agent made of one utterance. */
  turns: number;
}

test('loss, jitter and a gap on the caller’s way break no call and end no turn too early', {
  timeout: 50_000 + TURNS * 60_000,
}, async () => {
  const { callers, standIn, worker } = stack();
  standIn.control({ stt: { always: QUESTION }, llm: { always: ANSWER } });
  const sound = await utterance(QUESTION);
  // The caller comes first: what is spoilt is their way, not the agent's.
  const caller = await callers.join({ room: 'faults', agentName: '' });
  await stack().dispatch('faults', AGENT_NAME);
  await caller.until(
    'an agent that listens',
    () => caller.states.some(({ state }) => state === 'listening'),
    30_000,
  );
  const turns: Turn[] = [];
  for (const { name, faults, gap } of ROWS) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      turns.push({ fault: name, ...(await take(caller, sound, faults, gap)) });
    }
  }
  process.stderr.write(`${table(turns)}\n`);
  expect(
    turns.filter((turn) => turn.turns !== 1),
    'turns that were cut in two, or lost',
  ).toEqual([]);
  expect(caller.agents).toHaveLength(1);
  expect(caller.left).toBeUndefined();
  expect(worker.log.filter(({ level }) => level === 'error')).toEqual([]);
});

/** One turn with these faults. */
async function take(
  caller: Guest,
  sound: Sound,
  faults: Faults,
  gap?: { afterMs: number; lengthMs: number },
) {
  const { proxy } = livekit;
  const before = userTurns();
  proxy.spoil(faults);
  const speaking = caller.speak(sound);
  if (gap) {
    await sleep(gap.afterMs);
    proxy.spoil({ isCut: true });
    await sleep(gap.lengthMs);
    proxy.spoil(faults);
  }
  const { lastVoicedAtMs } = await speaking;
  const heardMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs - 200, timeoutMs: 15_000 });
  await caller.waitForSilence({ afterMs: heardMs, timeoutMs: 20_000 });
  proxy.spoil({});
  return { answeredMs: Math.round(heardMs - lastVoicedAtMs), turns: userTurns() - before };
}

/** What the agent took for a turn of the caller so far. */
const userTurns = () =>
  stack().worker.log.filter(({ msg, role }) => msg === 'said' && role === 'user').length;

/** A row a fault: p50 and the longest of the waits, and how many turns were made of one. */
function table(turns: readonly Turn[]): string {
  const { counts } = livekit.proxy;
  const rows = ROWS.map(({ name }) => {
    const own = turns.filter(({ fault }) => fault === name);
    const waits = own.map(({ answeredMs }) => answeredMs).sort((a, b) => a - b);
    const cut = own.filter((turn) => turn.turns !== 1).length;
    return `| ${name} | ${own.length} | ${waits[waits.length >> 1]} | ${waits.at(-1)} | ${cut} |`;
  });
  return [
    `| caller ↔ LiveKit | turns | p50 ms | longest ms | cut or lost |`,
    '|---|---|---|---|---|',
    ...rows,
    `${counts.lost} of ${counts.lost + counts.passed} datagrams lost`,
  ].join('\n');
}
