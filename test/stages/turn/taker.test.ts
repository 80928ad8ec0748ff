import { beforeEach, expect, test } from 'vitest';
import { SpeculationGovernor } from '../../../src/stages/turn/governor.ts';
import { TurnTaker, type TurnTakerParts } from '../../../src/stages/turn/taker.ts';
import type { TurnText, TurnTranscriber } from '../../../src/stages/turn/transcriber.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const POLICY: TurnTakerParts['policy'] = {
  speculateAfterMs: 100,
  minEndpointingMs: 600,
  toldEndpointingMs: 600,
  maxEndpointingMs: 1500,
  useWords: true,
  speculation: 'answer',
  bargeInAfterMs: 100,
};

let log: string[];
let clock: ReturnType<typeof manualClock>;
let answers: Answer[];
let agent: { busy: boolean; interruptible: boolean; ending: boolean };
let governor: SpeculationGovernor;

interface Answer {
  signal: AbortSignal;
  is(text: string): Promise<void>;
  fails(): Promise<void>;
}

beforeEach(() => {
  log = [];
  answers = [];
  clock = manualClock();
  agent = { busy: false, interruptible: true, ending: false };
  governor = new SpeculationGovernor(1000);
});

function taker(policy: Partial<typeof POLICY> = {}): TurnTaker {
  const transcriber: TurnTranscriber = {
    push() {},
    transcribe: (signal) =>
      new Promise<TurnText>((resolve, reject) => {
        log.push('transcribe');
        signal.addEventListener('abort', () => log.push('abort'));
        const settled = () => new Promise<void>((done) => setImmediate(done));
        answers.push({
          signal,
          is(text) {
            resolve({ text });
            return settled();
          },
          fails() {
            reject(new Error('refused'));
            return settled();
          },
        });
      }),
    reset() {},
    close() {},
  };
  return new TurnTaker({
    policy: { ...POLICY, ...policy },
    transcriber,
    governor,
    clock,
    wallNow: clock.now,
    agent: {
      isBusy: () => agent.busy,
      mayBeInterrupted: () => agent.interruptible,
      isEnding: () => agent.ending,
    },
    actions: {
      speechStarted: () => log.push('started'),
      prepare: ({ text }) => log.push(`prepare ${text}`),
      drop: () => log.push('drop'),
      turnEnded: (text) => log.push(`ended ${text?.text ?? 'with nothing'}`),
      hold: () => log.push('hold'),
      release: () => log.push('release'),
      interrupt: () => log.push('interrupt'),
    },
  });
}

/** Speech in windows of 32 ms, as the detector reports it. */
function speak(turn: TurnTaker, durationMs: number): void {
  for (let spoken = 32; spoken <= durationMs; spoken += 32) {
    clock.advance(32);
    turn.speech(spoken);
  }
}

function last(): Answer {
  const answer = answers.at(-1);
  if (!answer) throw new Error('nothing was sent to be transcribed');
  return answer;
}

test('work starts at the first short pause and waits, ready, for the end of the turn', async () => {
  const turn = taker();
  speak(turn, 960);
  clock.advance(99);
  expect(log).toEqual(['started']);
  clock.advance(1);
  await last().is('My line is down.');
  expect(log).toEqual(['started', 'transcribe', 'prepare My line is down.']);
  clock.advance(499);
  expect(log).toHaveLength(3);
  clock.advance(1);
  expect(log.at(-1)).toBe('ended My line is down.');
});

test('when the caller goes on, the request is aborted and what was prepared is dropped', async () => {
  const turn = taker();
  speak(turn, 320);
  clock.advance(100);
  await last().is('My line is down.');
  clock.advance(200);
  speak(turn, 320);
  expect(log.slice(3)).toEqual(['abort', 'drop']);
  clock.advance(100);
  speak(turn, 320);
  expect(log.slice(5)).toEqual(['transcribe', 'abort']);
  clock.advance(100);
  await last().is('My line is down since Monday.');
  clock.advance(500);
  expect(log.slice(7)).toEqual([
    'transcribe',
    'prepare My line is down since Monday.',
    'ended My line is down since Monday.',
  ]);
});

test('a noise in the pause costs a second transcription, not the answer that is being prepared', async () => {
  const turn = taker();
  speak(turn, 320);
  clock.advance(100);
  await last().is('My line is down.');
  clock.advance(50);
  speak(turn, 64);
  clock.advance(100);
  await last().is('my line is down');
  clock.advance(500);
  expect(log).toEqual([
    'started',
    'transcribe',
    'prepare My line is down.',
    'abort',
    'transcribe',
    'ended my line is down',
  ]);
});

test('unfinished words hold the turn open, and the answer is ready when they were all', async () => {
  const turn = taker();
  speak(turn, 320);
  clock.advance(100);
  await last().is('I would like to');
  clock.advance(899);
  expect(log).toEqual(['started', 'transcribe']);
  clock.advance(1);
  expect(log.at(-1)).toBe('prepare I would like to');
  clock.advance(500);
  expect(log.at(-1)).toBe('ended I would like to');
});

test('after a statement the turn stays open for a while, the answer ready', async () => {
  const turn = taker({ toldEndpointingMs: 800 });
  speak(turn, 320);
  clock.advance(100);
  await last().is('My contract ends in May.');
  clock.advance(699);
  expect(log).toEqual(['started', 'transcribe', 'prepare My contract ends in May.']);
  clock.advance(1);
  expect(log.at(-1)).toBe('ended My contract ends in May.');
});

test('a question ends as soon as its answer is ready, not before the shortest silence', async () => {
  const turn = taker({ minEndpointingMs: 480, toldEndpointingMs: 800 });
  const ask = async (readyAfterMs: number) => {
    log = [];
    speak(turn, 320);
    clock.advance(100);
    await last().is('What is my balance?');
    clock.advance(readyAfterMs);
    turn.answerReady();
    return log;
  };
  expect(await ask(400)).toContain('ended What is my balance?');
  expect(await ask(300)).not.toContain('ended What is my balance?');
  clock.advance(80);
  expect(log).toContain('ended What is my balance?');
  expect(await ask(699)).toContain('ended What is my balance?');
  speak(turn, 320);
  clock.advance(100);
  await last().is('What is my balance?');
  log = [];
  clock.advance(699);
  expect(log).toEqual([]);
  clock.advance(1);
  expect(log).toEqual(['ended What is my balance?']);
});

test('with words switched off only silence counts', async () => {
  const turn = taker({ useWords: false });
  speak(turn, 320);
  clock.advance(100);
  await last().is('I would like to');
  clock.advance(500);
  expect(log.at(-1)).toBe('ended I would like to');
});

test('a slow transcription ends the turn when it comes', async () => {
  const turn = taker();
  speak(turn, 320);
  clock.advance(900);
  expect(log).toEqual(['started', 'transcribe']);
  await last().is('Hello.');
  clock.advance(0);
  expect(log.at(-1)).toBe('ended Hello.');
});

test('a slow or failing transcriber is asked only when the silence is long enough, until it has recovered', async () => {
  const turn = taker();
  const turnOf = async (tookMs: number) => {
    speak(turn, 320);
    const before = answers.length;
    clock.advance(100);
    const early = answers.length > before;
    if (!early) clock.advance(500);
    clock.advance(tookMs);
    await last().is('Hello.');
    clock.advance(600);
    return early;
  };
  expect(await turnOf(3000)).toBe(true);
  expect(await turnOf(3000)).toBe(false);
  while (!governor.allows('stt')) expect(await turnOf(200)).toBe(false);
  expect(await turnOf(200)).toBe(true);
});

test('a failed transcription ends the turn with nothing, and stops speculation', async () => {
  const turn = taker();
  speak(turn, 320);
  clock.advance(100);
  await last().fails();
  clock.advance(500);
  expect(log.at(-1)).toBe('ended with nothing');
  expect(governor.allows('stt')).toBe(false);
});

test('no answer is prepared while the chat model is slow', async () => {
  governor.failed('llm');
  const turn = taker();
  speak(turn, 320);
  clock.advance(100);
  await last().is('Hello.');
  clock.advance(500);
  expect(log).toEqual(['started', 'transcribe', 'ended Hello.']);
});

test('speech over the agent holds its voice at once; a listening noise lets it go on', async () => {
  agent.busy = true;
  const turn = taker();
  speak(turn, 96);
  expect(log).toEqual([]);
  speak(turn, 128);
  expect(log).toEqual(['hold']);
  clock.advance(100);
  await last().is('Mm-hm.');
  expect(log).toEqual(['hold', 'transcribe', 'release']);
  clock.advance(2000);
  expect(log).toHaveLength(3);
});

test('real words over the agent cut it off and become a turn', async () => {
  agent.busy = true;
  const turn = taker();
  speak(turn, 640);
  clock.advance(100);
  await last().is('No, the other one.');
  clock.advance(500);
  expect(log).toEqual([
    'hold',
    'transcribe',
    'interrupt',
    'started',
    'prepare No, the other one.',
    'ended No, the other one.',
  ]);
});

test('«okay» at the very end of what the agent says is an answer', async () => {
  agent = { busy: true, interruptible: true, ending: true };
  const turn = taker();
  speak(turn, 320);
  clock.advance(100);
  await last().is('Okay.');
  expect(log).toContain('prepare Okay.');
});

test('an agent that may not be interrupted is not', () => {
  agent = { busy: true, interruptible: false, ending: false };
  speak(taker(), 960);
  clock.advance(2000);
  expect(log).toEqual([]);
});

test('a click is no speech', () => {
  const turn = taker();
  speak(turn, 32);
  clock.advance(2000);
  expect(log).toEqual([]);
});
