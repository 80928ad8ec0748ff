import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

test('work starts at the first short pause and waits, ready, for the end of the turn', async () => {
  const call = callerOver();
  call.speak(960);
  call.quiet(99);
  expect(call.log).toEqual(['started']);
  call.quiet(1);
  await call.last().is('My line is down.');
  expect(call.log).toEqual(['started', 'transcribe', 'prepare My line is down.']);
  call.quiet(499);
  expect(call.log).toHaveLength(3);
  call.quiet(1);
  expect(call.log.at(-1)).toBe('ended My line is down.');
});

test('when the caller goes on, the request is aborted and what was prepared is dropped', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().is('My line is down.');
  call.quiet(200);
  call.speak(320);
  expect(call.log.slice(3)).toEqual(['abort', 'drop']);
  call.quiet(100);
  call.speak(320);
  expect(call.log.slice(5)).toEqual(['transcribe', 'abort']);
  call.quiet(100);
  await call.last().is('My line is down since Monday.');
  call.quiet(500);
  expect(call.log.slice(7)).toEqual([
    'transcribe',
    'prepare My line is down since Monday.',
    'ended My line is down since Monday.',
  ]);
});

test('a noise in the pause costs a second transcription, not the answer that is being prepared', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().is('My line is down.');
  call.quiet(50);
  call.speak(64);
  call.quiet(100);
  await call.last().is('my line is down');
  call.quiet(500);
  expect(call.log).toEqual([
    'started',
    'transcribe',
    'prepare My line is down.',
    'abort',
    'transcribe',
    'ended my line is down',
  ]);
});

test('unfinished words hold the turn open, and the answer is ready when they were all', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().is('I would like to');
  call.quiet(899);
  expect(call.log).toEqual(['started', 'transcribe']);
  call.quiet(1);
  expect(call.log.at(-1)).toBe('prepare I would like to');
  call.quiet(500);
  expect(call.log.at(-1)).toBe('ended I would like to');
});

test('after a statement the turn stays open for a while, the answer ready', async () => {
  const call = callerOver({}, { statementEndpointingMs: 800 });
  call.speak(320);
  call.quiet(100);
  await call.last().is('My contract ends in May.');
  call.quiet(699);
  expect(call.log).toEqual(['started', 'transcribe', 'prepare My contract ends in May.']);
  call.quiet(1);
  expect(call.log.at(-1)).toBe('ended My contract ends in May.');
});

test('a question ends as soon as its answer is ready, not before the shortest silence', async () => {
  const call = callerOver({}, { minEndpointingMs: 480, statementEndpointingMs: 800 });
  const ask = async (readyAfterMs: number) => {
    call.log.length = 0;
    call.speak(320);
    call.quiet(100);
    await call.last().is('What is my balance?');
    call.quiet(readyAfterMs);
    call.turn.answerReady();
    return call.log;
  };
  expect(await ask(400)).toContain('ended What is my balance?');
  expect(await ask(300)).not.toContain('ended What is my balance?');
  call.quiet(80);
  expect(call.log).toContain('ended What is my balance?');
  expect(await ask(699)).toContain('ended What is my balance?');
  call.speak(320);
  call.quiet(100);
  await call.last().is('What is my balance?');
  call.log.length = 0;
  call.quiet(699);
  expect(call.log).toEqual([]);
  call.quiet(1);
  expect(call.log).toEqual(['ended What is my balance?']);
});

test('with words switched off only silence counts', async () => {
  const call = callerOver({}, { useWords: false });
  call.speak(320);
  call.quiet(100);
  await call.last().is('I would like to');
  call.quiet(500);
  expect(call.log.at(-1)).toBe('ended I would like to');
});

test.each([true, false])(
  'what sounds unfinished is waited for; predicted before the words: %s',
  async (first) => {
    const call = callerOver({ hasModel: true }, { minEndpointingMs: 480, statementEndpointingMs: 800 });
    call.speak(320);
    call.quiet(200);
    if (first) await call.predictions[0]?.(false);
    await call.last().is('What is my balance?');
    if (!first) await call.predictions[0]?.(false);
    call.turn.answerReady();
    call.quiet(1299);
    expect(call.log).toEqual(['started', 'transcribe', 'prepare What is my balance?']);
    call.quiet(1);
    expect(call.log.at(-1)).toBe('ended What is my balance?');
  },
);

test('a statement that sounds over ends as soon as its answer is ready', async () => {
  const call = callerOver({ hasModel: true }, { minEndpointingMs: 480, statementEndpointingMs: 800 });
  call.speak(320);
  call.quiet(199);
  expect(call.predictions).toHaveLength(0);
  call.quiet(1);
  await call.last().is('My contract ends in May.');
  await call.predictions[0]?.(true);
  call.turn.answerReady();
  call.quiet(279);
  expect(call.log.at(-1)).toBe('prepare My contract ends in May.');
  call.quiet(1);
  expect(call.log.at(-1)).toBe('ended My contract ends in May.');
});

test('without a prediction the words decide; those about earlier pauses are not heeded', async () => {
  const call = callerOver({ hasModel: true }, { minEndpointingMs: 480, statementEndpointingMs: 800 });
  call.speak(320);
  call.quiet(200);
  await call.predictions[0]?.(false);
  call.speak(320);
  call.quiet(200);
  call.speak(320);
  call.quiet(200);
  await call.predictions[1]?.(false);
  await call.last().is('What is my balance?');
  call.turn.answerReady();
  call.quiet(280);
  expect(call.log.at(-1)).toBe('ended What is my balance?');
});

test('where nothing was understood, the sound is not heeded', async () => {
  const call = callerOver({ hasModel: true }, { minEndpointingMs: 480, statementEndpointingMs: 800 });
  call.speak(320);
  call.quiet(200);
  await call.predictions[0]?.(false);
  await call.last().fails();
  call.quiet(280);
  expect(call.log.at(-1)).toBe('ended with nothing');
});

test('a slow transcription ends the turn when it comes', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(900);
  expect(call.log).toEqual(['started', 'transcribe']);
  await call.last().is('Hello.');
  call.quiet(1);
  expect(call.log.at(-1)).toBe('ended Hello.');
});

test('audio that does not come any more is silence too', async () => {
  const call = callerOver();
  call.speak(320);
  call.clock.advance(499);
  expect(call.log).toEqual(['started']);
  call.clock.advance(1);
  await call.last().is('Hello.');
  call.clock.advance(100);
  expect(call.log.at(-1)).toBe('ended Hello.');
});

test('a late event loop ends no turn before it has heard what waits to be heard', async () => {
  const call = callerOver();
  call.speak(320);
  call.quiet(100);
  await call.last().is('My line is down.');
  call.quiet(300);
  call.clock.advance(250);
  expect(call.log.at(-1)).toBe('prepare My line is down.');
  call.turn.speech(64);
  call.turn.speech(160);
  expect(call.log.at(-1)).toBe('drop');
});

test('a click is no speech', () => {
  const call = callerOver();
  call.speak(32);
  call.quiet(2000);
  expect(call.log).toEqual([]);
});

test('speech over the agent holds its voice at once; a listening noise lets it go on', async () => {
  const call = callerOver({ busy: true });
  call.speak(96);
  expect(call.log).toEqual([]);
  call.speak(128);
  expect(call.log).toEqual(['hold']);
  call.quiet(100);
  await call.last().is('Mm-hm.');
  expect(call.log).toEqual(['hold', 'transcribe', 'release']);
  call.quiet(2000);
  expect(call.log).toHaveLength(3);
});

test('real words over the agent cut it off and become a turn', async () => {
  const call = callerOver({ busy: true });
  call.speak(640);
  call.quiet(100);
  await call.last().is('No, the other one.');
  call.quiet(500);
  expect(call.log).toEqual([
    'hold',
    'transcribe',
    'interrupt',
    'started',
    'prepare No, the other one.',
    'ended No, the other one.',
  ]);
});

test('the answer to an interruption is prepared once the chat has what was heard of the last one', async () => {
  let taken = () => {};
  const inChat = new Promise<void>((resolve) => {
    taken = resolve;
  });
  const call = callerOver({ busy: true, inChat });
  call.speak(640);
  call.quiet(100);
  await call.last().is('No, the other one.');
  expect(call.log).toEqual(['hold', 'transcribe', 'interrupt', 'started']);
  taken();
  await inChat;
  await new Promise((done) => setImmediate(done));
  expect(call.log.at(-1)).toBe('prepare No, the other one.');
  call.quiet(500);
  expect(call.log.at(-1)).toBe('ended No, the other one.');
});

test('who goes on meanwhile is transcribed again', async () => {
  const call = callerOver({ busy: true, inChat: new Promise(() => {}) });
  call.speak(640);
  call.quiet(100);
  await call.last().is('No, the other one.');
  call.speak(320);
  call.quiet(100);
  await call.last().is('No, the other one, please.');
  expect(call.log.slice(4)).toEqual(['abort', 'transcribe', 'prepare No, the other one, please.']);
});

test('«okay» at the very end of what the agent says is an answer', async () => {
  const call = callerOver({ busy: true, ending: true });
  call.speak(320);
  call.quiet(100);
  await call.last().is('Okay.');
  expect(call.log).toContain('prepare Okay.');
});

test('an agent that may not be interrupted is not', () => {
  const call = callerOver({ busy: true, interruptible: false });
  call.speak(960);
  call.quiet(2000);
  expect(call.log).toEqual([]);
});
