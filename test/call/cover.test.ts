import { expect, test } from 'vitest';
import {
  ANSWER,
  asks,
  call,
  clock,
  emit,
  FAILED,
  forget,
  heard,
  kept,
  late,
  NO_SOUND,
  output,
  over,
  pass,
  slowVoice,
} from '../helpers/covered-call.ts';

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

test('an apology that a slow voice has not made in time is a tone, and its words once they are made', async () => {
  slowVoice(3000);
  await asks(700);
  await emit(FAILED, NO_SOUND);
  await pass(20_000);
  expect(heard).toEqual(['silence 700', '10900 tone', '13000 Sorry.', '14000 then']);
});

test('nor is it said to a caller who speaks meanwhile, or by a voice that is slower still', async () => {
  slowVoice(3000);
  await asks(700);
  await emit(FAILED, NO_SOUND);
  await pass(2000);
  await emit({ type: 'caller-speaks', isSpeaking: true });
  await pass(20_000);
  expect(heard).toEqual(['silence 700', '10900 tone']);
  await emit({ type: 'caller-speaks', isSpeaking: false });
  forget();
  slowVoice(7000);
  await asks(700);
  await emit(FAILED, NO_SOUND);
  await pass(20_000);
  expect(heard.filter((what) => what.includes('Sorry'))).toEqual([]);
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
  forget();
  await emit(FAILED, NO_SOUND);
  await pass(20_000);
  expect(heard).toEqual([]);
});

test('the next turn gets its own apology, also where its words are never known', async () => {
  await asks(0);
  await pass(9000);
  forget();
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

const hold = (isHeld: boolean, forMs: number, isCertain = true): Promise<void> =>
  emit({ type: 'hold', isHeld, isCertain, forMs });

test('a caller who was on hold for more than 10 s is told once, at the end of their first turn, that the agent is here', async () => {
  kept.add('I am here.');
  await hold(true, 3000);
  await hold(false, 30_000);
  await pass(5000);
  expect(heard).toEqual([]);
  await asks(0);
  await pass(1500);
  await emit(ANSWER);
  await asks(0);
  await pass(1700);
  expect(heard.map((line) => line.replace(/^\d+ /, ''))).toEqual(['I am here.', 'silence 400']);
});

test('after a short hold, or a silence that may be none, nothing is said of it; nor by a tone', async () => {
  await hold(false, 9000);
  await hold(false, 30_000, false);
  await asks(0);
  await pass(1700);
  expect(heard).toEqual([]);
  await emit(ANSWER);
  await hold(false, 30_000);
  await asks(0);
  await pass(1000);
  expect(heard).toEqual([expect.stringContaining('silence')]);
});

test('nobody waits on hold: there is no filler, and no apology', async () => {
  await asks(0);
  await pass(1000);
  await hold(true, 3000);
  await pass(60_000);
  expect(heard).toEqual([]);
});
