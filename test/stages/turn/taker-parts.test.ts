import { expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

const unknown = { isHeard: () => false, was: (text: string) => text === 'how can I help' };

test('an echo that is not known holds the agent, which goes on when it was recognised', async () => {
  const call = callerOver({ busy: true, echo: unknown });
  call.speak(320);
  call.quiet(100);
  await call.last().is('how can I help');
  expect(call.log).toEqual(['hold', 'transcribe', 'release']);
});

test('a known echo does not hold the agent', () => {
  const call = callerOver({ busy: true, echo: { isHeard: () => true, was: () => true } });
  call.speak(3200);
  call.quiet(1000);
  expect(call.log).toEqual([]);
});

test('a caller who begins in the echo is heard', () => {
  const echo = { isHeard: () => isEchoAlone, was: () => false };
  let isEchoAlone = true;
  const call = callerOver({ busy: true, echo });
  call.speak(640);
  isEchoAlone = false;
  call.speak(32, 640);
  expect(call.log).toEqual(['hold']);
});

test('the tail of the agent’s voice is no turn', async () => {
  const call = callerOver({ busy: false, echo: unknown });
  call.speak(320);
  call.quiet(100);
  await call.last().is('how can I help');
  call.quiet(600);
  expect(call.log).toEqual(['started', 'transcribe', 'ended with nothing']);
});

test('nor does it begin a turn where the echo is known', () => {
  const call = callerOver({ busy: false, echo: { isHeard: () => true, was: () => true } });
  call.speak(640);
  expect(call.log).toEqual([]);
});

test('how long the speech has lasted is said with its words', async () => {
  const asked: number[] = [];
  const echo = { isHeard: () => false, was: (_: string, ms: number) => asked.push(ms) > 2 };
  const call = callerOver({ busy: true, echo });
  call.speak(640);
  call.quiet(100);
  await call.last().is('Friday');
  // From the window that opened the overlap to the pause.
  expect(asked).toEqual([640 - 128 + 100]);
});

const WAITS = {
  minEndpointingMs: 500,
  statementEndpointingMs: 700,
  unsureEndpointingMs: 950,
  maxEndpointingMs: 1500,
};

test.each([
  [1, 700],
  [0.6, 700],
  [0.03, 950],
  [0.01, 1500],
])(
  'a caller who seems more finished than %d of others is answered after %i ms, prepared at once',
  async (judged, ms) => {
    const call = callerOver({ judged }, WAITS);
    call.speak(960);
    call.quiet(100);
    // The lists take this for unfinished: they are not asked.
    await call.last().is('I would like to');
    expect(call.log).toEqual(['started', 'transcribe', 'prepare I would like to']);
    call.quiet(ms - 101);
    expect(call.log).toHaveLength(3);
    call.quiet(1);
    expect(call.log.at(-1)).toBe('ended I would like to');
  },
);

test('a caller who has surely finished is answered as soon as the answer is ready', async () => {
  const call = callerOver({ judged: 1 }, WAITS);
  call.speak(960);
  call.quiet(100);
  await call.last().is('My line is down.');
  call.turn.answerReady();
  call.quiet(399);
  expect(call.log).toHaveLength(3);
  call.quiet(1);
  expect(call.log.at(-1)).toBe('ended My line is down.');
});

test('a turn without words is not judged: it ends as before', async () => {
  const call = callerOver({ judged: 0 }, WAITS);
  call.speak(320);
  call.quiet(100);
  await call.last().is('');
  call.quiet(600);
  expect(call.log.at(-1)).toBe('ended with nothing');
});
