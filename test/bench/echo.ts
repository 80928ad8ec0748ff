/**
 * How well the agent's own voice is told from the caller's: `npx tsx test/bench/echo.ts` (a minute). A simulated room
 * (`test/helpers/echo-room.ts`), two agents, and callers of five other voices: the table of `src/stages/README.md`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeWav, resampled, type Sound } from '../../src/probe/wav.ts';
import { utterance } from '../e2e/utterance.ts';
import { echoRoom, HEARD_RATE, louder, PLAYED_RATE, type Wave } from '../helpers/echo-room.ts';

const OFFER =
  'We have an appointment on Friday or on Monday, which of the two would you like to take? ' +
  'Our technician can come to your house on Friday or on Monday, which of the two days suits you better?';
/** What callers say, and what a recogniser makes of it at its worst: the agent's words. */
const SAID = {
  'Friday!': 'Friday',
  'On Monday please': 'on Monday',
  'No, I want to know my balance': 'on Friday',
  'which of the two days': 'which of the two days',
  Yes: 'to',
  'Wait wait stop': 'which to take',
};
const AGENTS = ['en-us+f3', 'flite slt'];
const CALLERS = ['en-us+m3', 'en-gb', 'flite rms', 'flite awb', 'flite kal'];
const PEAK = 0.6;
/** The detector tells of speech about so often. */
const WINDOW_MS = 30;

const cpu = { wasMs: 0, judged: 0, isHeardMs: 0, windows: 0 };

async function spoken(text: string, voice: string, rate: number): Promise<Wave> {
  const { samples } = resampled(
    voice.startsWith('flite') ? flite(text, voice) : await utterance(text, voice),
    rate,
  );
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  return Float64Array.from(samples, (sample) => (PEAK * sample) / peak);
}

function flite(text: string, voice: string): Sound {
  const dir = mkdtempSync(join(tmpdir(), 'echo-'));
  try {
    const file = join(dir, 'speech.wav');
    execFileSync('flite', ['-voice', voice.slice('flite '.length), '-t', text, '-o', file]);
    return decodeWav(readFileSync(file));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

type Room = ReturnType<typeof echoRoom>;

const cpuMs = () => process.cpuUsage().user / 1000;

function wasEcho({ path }: Room, text: string, speechMs: number): boolean {
  const startMs = cpuMs();
  const isEcho = path.was(text, speechMs);
  cpu.wasMs += cpuMs() - startMs;
  cpu.judged += 1;
  return isEcho;
}

function isHeard({ path }: Room): boolean {
  const startMs = cpuMs();
  const is = path.isHeard();
  cpu.isHeardMs += cpuMs() - startMs;
  cpu.windows += 1;
  return is;
}

function firstEchoes(agents: readonly Wave[], movesByMs: number): string {
  const results = agents.flatMap((agent) =>
    [310, 500, 700].flatMap((lagMs) =>
      [-6, -12, -20].flatMap((echoDb) =>
        [100, 250, 400].map((movesAfterMs) => {
          const room = echoRoom({ lagMs, echoDb });
          room.path.says(OFFER);
          const lateMs = Math.max(0, movesByMs);
          const untilMs = 900 + lagMs + lateMs + 200;
          room.run(agent, { stopAtMs: 900, untilMs, movesAtMs: lagMs + movesAfterMs, movesByMs });
          return wasEcho(room, 'on Friday or', 900 + lateMs + 150);
        }),
      ),
    ),
  );
  return share(results);
}

/** Windows of a known echo, in which the agent is not held; it moves after two seconds. */
function knownEchoes(agents: readonly Wave[], movesByMs: number): string {
  const results = agents.flatMap((agent) => {
    const room = knownRoom(agent, 500);
    const heard: boolean[] = [];
    const untilMs = (agent.length * 1000) / PLAYED_RATE;
    room.run(agent, { untilMs, movesAtMs: 2000, movesByMs }, (ms) => {
      if (ms > 600 && ms % WINDOW_MS === 0) heard.push(isHeard(room));
    });
    return heard;
  });
  return share(results);
}

function knownRoom(agent: Wave, lagMs: number): Room {
  const room = echoRoom({ lagMs });
  room.path.says(OFFER);
  room.run(agent, { stopAtMs: 500, untilMs: 700 + lagMs });
  room.path.was('on Friday', lagMs + 300);
  return room;
}

interface Spoken {
  wave: Wave;
  text: string;
}

function withHeadphones(agents: readonly Wave[], callers: readonly Spoken[]): string {
  const results = agents.flatMap((agent) =>
    callers.flatMap(({ wave, text }) =>
      [700, 1500, 2310, 3470].map((atMs) => {
        const room = echoRoom();
        room.path.says(OFFER);
        const saidMs = (wave.length * 1000) / HEARD_RATE;
        room.run(agent, { caller: wave, atMs, stopAtMs: atMs + 250, untilMs: atMs + 150 + saidMs });
        return wasEcho(room, text, saidMs + 50);
      }),
    ),
  );
  return share(results);
}

/** @param db - against the caller's loudness: 12 dB louder than the echo. */
function overEcho(agents: readonly Wave[], callers: readonly Spoken[], db: number): string {
  const delays: number[] = [];
  const heard: boolean[] = [];
  for (const agent of agents) {
    for (const { wave, text } of callers) {
      for (const atMs of [1500, 2710]) {
        const caller = louder(wave, db);
        const endMs = atMs + (wave.length * 1000) / HEARD_RATE;
        const room = knownRoom(agent, 250);
        let heldMs: number | undefined;
        room.run(agent, { caller, atMs, untilMs: endMs }, (ms) => {
          if (ms < 600 || ms % WINDOW_MS !== 0 || heldMs !== undefined) return;
          if (!isHeard(room) && ms > atMs) heldMs = ms;
        });
        if (heldMs !== undefined) delays.push(heldMs - atMs);
        const again = knownRoom(agent, 250);
        const untilMs = Math.max((heldMs ?? endMs) + 500, endMs + 150);
        again.run(agent, { caller, atMs, ...(heldMs ? { stopAtMs: heldMs } : {}), untilMs });
        heard.push(heldMs !== undefined && !wasEcho(again, text, untilMs - (heldMs ?? 0)));
      }
    }
  }
  delays.sort((a, b) => a - b);
  const [p50, p90] = [0.5, 0.9].map((part) => delays[Math.floor(part * delays.length)]);
  return `held ${delays.length}, after ${p50} ms (p50), ${p90} ms (p90); heard ${share(heard)}`;
}

const share = (results: readonly boolean[]) => `${results.filter(Boolean).length} of ${results.length}`;

const agents = await Promise.all(AGENTS.map((voice) => spoken(OFFER, voice, PLAYED_RATE)));
const callers = await Promise.all(
  CALLERS.flatMap((voice) =>
    Object.entries(SAID).map(async ([said, text]) => ({ wave: await spoken(said, voice, HEARD_RATE), text })),
  ),
);
const print = (what: string, result: string) => process.stdout.write(`${what}: ${result}\n`);
for (const movesByMs of [0, -300, -200, -100, -20, 20, 100, 200, 300]) {
  print(`first echo, moves by ${movesByMs} ms: recognised`, firstEchoes(agents, movesByMs));
}
for (const movesByMs of [0, -200, 200]) {
  print(`known echo, moves by ${movesByMs} ms: agent not held`, knownEchoes(agents, movesByMs));
}
print('caller with headphones: taken for an echo', withHeadphones(agents, callers));
for (const [what, db] of [
  ['10 dB louder', -2],
  ['as loud', -12],
  ['6 dB softer', -18],
] as const) {
  print(`caller over a known echo, ${what}`, overEcho(agents, callers, db));
}
print('CPU, for each judgement', `${(cpu.wasMs / cpu.judged).toFixed(1)} ms`);
print('CPU, for each window', `${(cpu.isHeardMs / cpu.windows).toFixed(2)} ms`);
