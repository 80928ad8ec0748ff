import { beforeEach, expect, test } from 'vitest';
import { watchWaits } from '../../src/call/answer-wait.ts';
import { Cover, watchWaiting } from '../../src/call/cover.ts';
import { measureDeadAir } from '../../src/call/dead-air.ts';
import { CallEvents } from '../../src/call/events.ts';
import { SilentTurn, watchTurns } from '../../src/call/silent-turn.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { logInto } from '../helpers/call-log.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

const FILLER_MS = 1000;
const sound = (text: string) => new Int16Array(FILLER_MS * 24).fill(text.length);

let clock: ManualClock;
let events: CallEvents;
let kept: Set<string>;
let output: { isFree: boolean };
/** What is heard, with the time at which it begins; dead air as it is told. */
let heard: string[];
let over: (() => void) | undefined;

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Time passes, and what it causes happens. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(100, left));
    await settle();
  }
}

async function emit(...happenings: Happening[]): Promise<void> {
  for (const happening of happenings) events.emit(happening);
  await settle();
}

function call(fillers: string[] = ['One moment.', 'Just a second.'], fillerAfterMs = 1800): void {
  events = new CallEvents({ callId: 'AJ_1', log: logInto([]), wallNow: () => clock.now() });
  const tell = (happening: Happening) => events.emit(happening);
  const cover = new Cover({
    voice: {
      play: (samples) =>
        new Promise((resolve) => {
          const stop = clock.after(samples.length / 24, resolve);
          over = () => {
            stop();
            resolve();
          };
        }),
      stop: () => over?.(),
      queuedMs: 0,
    },
    output,
    phrases: { soundOf: async (text) => (kept.has(text) ? sound(text) : undefined) },
    persona: { fillers, apology: 'Sorry.' },
    fillerAfterMs,
    clock,
    emit: tell,
    onApologised: () => heard.push(`${clock.now()} then`),
  });
  const silence = new SilentTurn({
    onBroken: () => cover.apologise(),
    onSilent(reason) {
      tell({ type: 'turn-without-sound', reason });
      cover.apologise();
    },
  });
  events.subscribe(watchWaits(tell));
  events.subscribe(measureDeadAir(tell));
  events.subscribe(watchTurns(silence));
  events.subscribe(watchWaiting(cover));
  events.subscribe((event) => {
    if (event.type === 'cover-begins')
      heard.push(`${clock.now()} ${event.by === 'tone' ? 'tone' : event.piiText}`);
    if (event.type === 'dead-air') heard.push(`silence ${event.longestMs}`);
  });
  events.emit({ type: 'line-opened' });
}

beforeEach(async () => {
  clock = manualClock();
  kept = new Set(['One moment.', 'Just a second.', 'Sorry.']);
  output = { isFree: true };
  heard = [];
  over = undefined;
  call();
  clock.advance(10_000);
});

/** The caller's turn is over: their last sound was so long ago. */
const asks = (silentMs: number): Promise<void> =>
  emit(
    { type: 'turn-ended', times: { lastSoundAt: clock.now() - silentMs, endedAt: clock.now() } },
    { type: 'caller-speaks', isSpeaking: false },
    {
      ...{ type: 'said', role: 'user', piiText: 'My line is down.', interrupted: false },
      createdAtMs: 0,
      measured: {},
    },
  );
const late = (state: 'late' | 'known' | 'nothing' | 'speaking', lastSoundAtMs: number): Promise<void> =>
  emit({ type: 'words-awaited', state, lastSoundAtMs });
const ANSWER: Happening = { type: 'agent-heard' };
const FAILED: Happening = {
  ...{ type: 'endpoint-failed', endpoint: 'tts', url: 'http://gpu/v1', failure: 'status' },
  ...{ summary: '', piiSaid: '' },
};
const NO_SOUND: Happening = { type: 'agent-spoke', isReply: true, interrupted: false };

test('an answer that comes in time is all that is heard', async () => {
  await asks(700);
  await pass(1000);
  await emit(ANSWER);
  await pass(60_000);
  expect(heard).toEqual(['silence 1700']);
  expect(clock.pending()).toEqual([]);
});

test('a filler is heard 1.8 s after the caller’s last sound', async () => {
  await asks(700);
  await pass(3000);
  expect(heard).toEqual(['11100 One moment.']);
});

test('a pause that was left for more words gives the answer time of its own', async () => {
  await asks(1500);
  await pass(800);
  expect(heard).toEqual([]);
  await pass(200);
  expect(heard).toEqual(['10900 One moment.']);
});

test('fillers come 6 s apart with a tone between them, then the apology, once; no silence is longer than 3 s', async () => {
  await asks(0);
  await pass(60_000);
  expect(heard).toEqual(['11800 One moment.', '15600 tone', '17000 Sorry.', 'silence 2800', '18000 then']);
});

test('fillers go in turn through the whole call, never the same twice in a row', async () => {
  for (const filler of ['One moment.', 'Just a second.', 'One moment.']) {
    await asks(0);
    await pass(2000);
    expect(heard.at(-1)).toContain(filler);
    await emit(ANSWER);
    await pass(1000);
  }
});

test('where no sound is kept, a tone is heard in time', async () => {
  kept.clear();
  await asks(0);
  await pass(8000);
  expect(heard.filter((what) => what.includes('tone'))).toEqual(['11800 tone', '15000 tone', '17000 tone']);
});

test.each([
  ['no fillers in the prompt', [], 1800],
  ['FILLER_AFTER_MS=0', ['One moment.', 'Just a second.'], 0],
] as const)('%s: only the apology is heard', async (_what, fillers, fillerAfterMs) => {
  call([...fillers], fillerAfterMs);
  await asks(0);
  await pass(20_000);
  expect(heard.filter((what) => !what.startsWith('silence'))).toEqual(['17000 Sorry.', '18000 then']);
});

test('a transcript that is late gets a filler, and an apology within 8 s', async () => {
  const lastSoundAtMs = clock.now() - 800;
  await late('late', lastSoundAtMs);
  await pass(10_000);
  expect(heard).toEqual(['11000 One moment.', '14800 tone', '16200 Sorry.', 'silence 2800', '17200 then']);
});

test('when it comes in the end, the same wait goes on, and the answer has some time', async () => {
  await late('late', clock.now() - 800);
  await pass(400);
  await late('known', clock.now() - 1200);
  await asks(1200);
  await pass(800);
  expect(heard).toEqual([]);
  await pass(100);
  expect(heard).toEqual(['11300 One moment.']);
});

test.each(['nothing', 'speaking'] as const)(
  'a late transcript that ends with %s gets no filler',
  async (state) => {
    await late('late', clock.now() - 800);
    await pass(400);
    await late(state, clock.now() - 1200);
    await pass(60_000);
    expect(heard).toEqual([]);
  },
);

test('a turn in which nothing was said is waited for by nobody', async () => {
  await emit(
    { type: 'transcript-dropped', reason: 'annotation' },
    { type: 'caller-speaks', isSpeaking: true },
    { type: 'caller-speaks', isSpeaking: false },
  );
  await pass(60_000);
  expect(heard).toEqual([]);
});

test('a caller who speaks during a filler ends it, and waits for the answer to all of it', async () => {
  await asks(0);
  await pass(2000);
  await emit({ type: 'caller-speaks', isSpeaking: true });
  await pass(5000);
  expect(heard).toEqual(['11800 One moment.']);
  await asks(0);
  await pass(1800);
  expect(heard.at(-1)).toBe('18800 Just a second.');
});

test('late words are waited for while the agent only thinks, not over its voice', async () => {
  await emit({ type: 'agent-busy', isBusy: true }, ANSWER);
  await late('late', clock.now() - 800);
  await pass(20_000);
  expect(heard).toEqual([]);
  await emit(NO_SOUND);
  await late('late', clock.now() - 800);
  await pass(1000);
  expect(heard).toEqual(['31000 One moment.']);
});

test('an apology waits until the caller, who holds the voice, is done', async () => {
  await asks(0);
  output.isFree = false;
  await pass(7500);
  expect(heard).toEqual([]);
  output.isFree = true;
  await pass(300);
  expect(heard).toEqual(['17600 Sorry.', 'silence 7600']);
});

test('nothing is said over a voice that is held or speaks; it is said when that is over', async () => {
  output.isFree = false;
  await asks(0);
  await pass(3000);
  expect(heard).toEqual([]);
  output.isFree = true;
  await pass(300);
  expect(heard).toHaveLength(1);
});

test('a turn that failed gets the apology at once, and no filler; the time until then is dead air', async () => {
  await asks(700);
  await pass(300);
  await emit(FAILED, NO_SOUND);
  await pass(20_000);
  expect(heard).toEqual(['silence 1000', '10300 Sorry.', '11300 then']);
});

test('one that fails after its apology gets no second one', async () => {
  await asks(0);
  await pass(9000);
  heard = [];
  await emit(FAILED, NO_SOUND);
  await pass(20_000);
  expect(heard).toEqual([]);
});

test('the next turn gets its own apology, also where its words are never known', async () => {
  await asks(0);
  await pass(9000);
  heard = [];
  await emit({ type: 'caller-speaks', isSpeaking: true }, { ...FAILED, endpoint: 'stt' });
  await emit({ type: 'caller-speaks', isSpeaking: false });
  await pass(2000);
  expect(heard).toEqual(['19000 Sorry.', '20000 then']);
});

test('an answer that comes during the apology is no failure', async () => {
  await asks(0);
  await pass(7500);
  await emit(ANSWER);
  over?.();
  await pass(20_000);
  expect(heard.at(-1)).toBe('silence 2800');
});

test('a caller who gave up waiting and spoke met dead air; one who only went on did not', async () => {
  call([], 0);
  await asks(0);
  await pass(4000);
  await emit({ type: 'caller-speaks', isSpeaking: true });
  await asks(0);
  await pass(900);
  await emit({ type: 'caller-speaks', isSpeaking: true });
  expect(heard).toEqual(['silence 4000']);
});

test('a call that ends says nothing more', async () => {
  await asks(0);
  await emit({ type: 'ending', reason: 'idle' });
  await pass(60_000);
  expect(heard).toEqual([]);
  expect(clock.pending()).toEqual([]);
});
