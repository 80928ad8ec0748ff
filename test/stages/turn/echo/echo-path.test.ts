import { beforeAll, expect, test } from 'vitest';
import { resample } from '../../../../src/openai/resample.ts';
import { utterance } from '../../../e2e/utterance.ts';
import {
  echoRoom,
  HEARD_RATE,
  louder,
  PLAYED_RATE,
  type RoomOptions,
  type Wave,
} from '../../../helpers/echo-room.ts';
import { recordedCall } from '../../../helpers/recorded-call.ts';

const OFFER = 'We have an appointment on Friday or on Monday, which of the two would you like to take?';
/** The agent has been speaking for so long when its voice is held, and the echo is judged after that. */
const HELD_AT_MS = 500;
let agent: Wave;
let friday: Wave;
let balance: Wave;

async function wave(text: string, voice: string, rate: number): Promise<Wave> {
  const { samples, sampleRate } = await utterance(text, voice);
  return Float64Array.from(resample(samples, sampleRate, rate), (sample) => sample / 32_768);
}

beforeAll(async () => {
  [agent, friday, balance] = await Promise.all([
    wave(OFFER, 'en-us+f3', PLAYED_RATE),
    wave('Friday!', 'en-us+m3', HEARD_RATE),
    wave('No, I want to know my balance', 'en-gb', HEARD_RATE),
  ]);
});

/** A call whose agent was held at once by its own echo; with `was`, what that was taken for. */
function firstEcho(options: RoomOptions & { lagMs: number }, text: string) {
  const room = echoRoom(options);
  room.path.says(OFFER);
  room.run(agent, { stopAtMs: HELD_AT_MS, untilMs: HELD_AT_MS + options.lagMs + 200 });
  return { ...room, was: room.path.was(text, options.lagMs + 300) };
}

/** Windows in which somebody was taken to speak over the agent, of those in which anything sounded; and when first. */
function othersHeard(room: ReturnType<typeof echoRoom>, options: Parameters<typeof room.run>[1]) {
  const heard: number[] = [];
  let windows = 0;
  room.run(agent, options, (ms) => {
    if (ms < 600 || ms % 30 !== 0) return;
    windows += 1;
    if (!room.path.isHeard()) heard.push(ms);
  });
  return { share: heard.length / windows, heard };
}

test.each([80, 250, 500].flatMap((lagMs) => [-6, -12, -20].map((echoDb) => [lagMs, echoDb] as const)))(
  'an echo %d ms later at %d dB is recognised, whatever was understood of it, and known from then on',
  (lagMs, echoDb) => {
    for (const text of ['on Friday or on', 'an ointment fry']) {
      const { was } = firstEcho({ lagMs, echoDb }, text);
      expect(was, text).toBe(true);
    }
    const room = firstEcho({ lagMs, echoDb }, '');
    const untilMs = (agent.length * 1000) / PLAYED_RATE;
    expect(othersHeard(room, { untilMs }).share, 'of the answer').toBeLessThan(0.08);
  },
);

/** What a jitter buffer does to an echo in the middle of a word. */
const MOVES_MS = [-300, -200, -100, -20, 20, 100, 200, 300];

test.each(MOVES_MS)('the first echo is recognised though it moves by %d ms meanwhile', (movesByMs) => {
  for (const text of ['on Friday or on', 'an ointment fry']) {
    const room = echoRoom({ lagMs: 500 });
    room.path.says(OFFER);
    const untilMs = 1000 + 500 + Math.max(0, movesByMs) + 200;
    room.run(agent, { stopAtMs: 1000, untilMs, movesAtMs: 850, movesByMs });
    expect(room.path.was(text, untilMs - 500 - 100), text).toBe(true);
  }
});

/** What a jitter buffer that runs empty leaves of a word. */
const torn = (ms: number): Wave =>
  Float64Array.from({ length: (ms * HEARD_RATE) / 1000 }, (_, at) => 0.2 * Math.sin(at * at));

test('a first echo of which a part is torn is told by several of the words in a row', () => {
  const hears = (text: string, caller: Wave) => {
    const room = echoRoom({ lagMs: 250 });
    room.path.says(OFFER);
    room.run(agent, { caller, atMs: 900, stopAtMs: 1200, untilMs: 1650 });
    return room.path.was(text, 1400);
  };
  expect(hears('an appointment on Friday or', torn(350))).toBe(true);
  expect(hears('Friday or Saturday', torn(350))).toBe(false);
});

test('who repeats several of the words in a row, with headphones, is heard', () => {
  const room = echoRoom();
  room.path.says(OFFER);
  const saidMs = (balance.length * 1000) / HEARD_RATE;
  room.run(agent, { caller: balance, atMs: 1500, stopAtMs: 1750, untilMs: 1600 + saidMs });
  expect(room.path.was('on Friday or on Monday', saidMs)).toBe(false);
});

test.each(MOVES_MS)('a known echo that moves by %d ms does not hold the agent', (movesByMs) => {
  const room = firstEcho({ lagMs: 500 }, 'on Friday');
  const untilMs = (agent.length * 1000) / PLAYED_RATE;
  expect(othersHeard(room, { untilMs, movesAtMs: 2000, movesByMs }).share).toBeLessThan(0.08);
});

test.each([-200, 200])('who speaks over an echo that has just moved by %d ms is heard', (movesByMs) => {
  const options = { caller: friday, atMs: 1600, movesAtMs: 1500, movesByMs };
  const room = firstEcho({ lagMs: 500 }, 'on Friday');
  const { heard } = othersHeard(room, { ...options, untilMs: 2000 });
  const heardAtMs = heard.find((ms) => ms > 1600) ?? Number.POSITIVE_INFINITY;
  expect(heardAtMs - 1600, 'ms until the agent is held').toBeLessThan(300);

  const again = firstEcho({ lagMs: 500 }, 'on Friday');
  again.run(agent, { ...options, stopAtMs: heardAtMs, untilMs: 2300 });
  expect(again.path.was('Friday', 700)).toBe(false);
});

test('before an echo was recognised nothing is taken for one beforehand', () => {
  const room = echoRoom({ lagMs: 250 });
  expect(othersHeard(room, { untilMs: 2000 }).share).toBe(1);
});

test('who repeats an offered word over the agent is heard, with headphones', () => {
  for (const [said, text] of [
    [friday, 'Friday'],
    [balance, 'on Friday'],
  ] as const) {
    const room = echoRoom();
    room.path.says(OFFER);
    const saidMs = (said.length * 1000) / HEARD_RATE;
    room.run(agent, { caller: said, atMs: 1500, stopAtMs: 1750, untilMs: 1600 + saidMs });
    expect(room.path.was(text, saidMs)).toBe(false);
  }
});

test.each([0, -6])('and with a loudspeaker whose echo is known, at %d dB', (db) => {
  const room = firstEcho({ lagMs: 250, echoDb: -12 }, 'on Friday');
  const caller = louder(friday, db);
  const saidMs = (friday.length * 1000) / HEARD_RATE;
  const { heard } = othersHeard(room, { caller, atMs: 1500, untilMs: 1500 + saidMs });
  const heardAtMs = heard.find((ms) => ms > 1500) ?? Number.POSITIVE_INFINITY;
  expect(heardAtMs - 1500, 'ms until the agent is held').toBeLessThan(300);

  const again = firstEcho({ lagMs: 250, echoDb: -12 }, 'on Friday');
  again.run(agent, { caller, atMs: 1500, stopAtMs: heardAtMs, untilMs: heardAtMs + 600 });
  expect(again.path.was('Friday', 600)).toBe(false);
});

test('and before it is known, when they speak over the first echo', () => {
  const room = echoRoom({ lagMs: 250 });
  room.path.says(OFFER);
  room.run(agent, { caller: friday, atMs: 300, stopAtMs: HELD_AT_MS, untilMs: 1100 });
  expect(room.path.was('Friday', 700)).toBe(false);
});

test('what comes after the agent has stopped is its tail, or the caller', () => {
  const agentMs = (agent.length * 1000) / PLAYED_RATE;
  const room = echoRoom({ lagMs: 500 });
  room.path.says(OFFER);
  room.run(agent, { untilMs: agentMs + 600 });
  expect(room.path.was('would you like to take', 700)).toBe(true);

  const answered = echoRoom({ lagMs: 500 });
  answered.path.says(OFFER);
  answered.run(agent, { caller: friday, atMs: agentMs + 600, untilMs: agentMs + 1300 });
  expect(answered.path.was('Friday', 600)).toBe(false);
});

test('where nothing was played, nothing is an echo', () => {
  const room = echoRoom();
  room.path.says(OFFER);
  room.run(new Float64Array(0), { caller: friday, untilMs: 1000 });
  expect(room.path.was('Friday', 600)).toBe(false);
});

test.each([Number.POSITIVE_INFINITY, 400])(
  'audio that comes late is heard where it belongs: in bursts, until %d ms',
  (lateUntilMs) => {
    const late = echoRoom({ lagMs: 250 });
    late.path.says(OFFER);
    late.run(agent, { stopAtMs: HELD_AT_MS, untilMs: HELD_AT_MS + 450, lateByMs: 400, lateUntilMs });
    expect(late.path.was('on Friday', 550)).toBe(true);
  },
);

test('a call that begins on a busy machine knows its echo from then on', () => {
  const late = echoRoom({ lagMs: 250 });
  late.run(new Float64Array(0), { untilMs: 800, lateByMs: 400 });
  late.path.says(OFFER);
  late.run(agent, { stopAtMs: HELD_AT_MS, untilMs: HELD_AT_MS + 450 });
  expect(late.path.was('on Friday', 550)).toBe(true);
  expect(othersHeard(late, { untilMs: 3000 }).share).toBeLessThan(0.08);
});

/** In calls through LiveKit on a busy machine, with a loudspeaker at −12 dB and 250 ms. */
const SAID = {
  greeting: 'Good morning, this is the service line, how can I help you today?',
  offer:
    'Our technician can come to your house on Friday or on Monday, which of the two days suits you better?',
};

test('recorded: a first echo that moved by 400 ms and was torn is no caller', async () => {
  for (const text of ['this is the service line', 'the surface lion']) {
    const { path, replay } = recordedCall();
    path.says(SAID.greeting);
    await replay('echo-moved');
    expect(path.was(text, 1075), text).toBe(true);
  }
});

test('recorded: a caller who answers over the echo is heard at once', async () => {
  const { path, replay } = recordedCall();
  path.says(SAID.greeting);
  path.says(SAID.offer);
  await replay('echo-moved');
  expect(path.was('this is the service line', 1075)).toBe(true);
  const heard: number[] = [];
  await replay('echo-answered', (ms) => {
    if (ms > 1000 && ms % 30 === 0 && !path.isHeard()) heard.push(ms);
  });
  // «Friday!» begins at about 1550 ms; until then the agent is alone.
  expect(heard[0]).toBeGreaterThan(1550);
  expect(heard[0]).toBeLessThan(1700);
  expect(path.was('Friday', 767)).toBe(false);
});

test('recorded: a torn echo is no caller, and teaches nothing wrong about the rest', async () => {
  const { path, replay } = recordedCall();
  path.says(SAID.greeting);
  path.says(SAID.offer);
  const judged: boolean[] = [];
  await replay('echo-answered', (ms) => {
    if (ms === 1500) judged.push(path.was('on Friday or on Monday', 800));
  });
  await replay('echo-torn', (ms) => {
    if (ms === 1600) judged.push(path.was('which of the two days', 202));
    if (ms === 2380) judged.push(path.was('which of the two days', 620));
  });
  expect(judged).toEqual([true, true, true]);
});
