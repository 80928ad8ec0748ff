import { describe, expect, test } from 'vitest';
import { callerOver } from '../../helpers/turn.ts';

const WAITS = { minEndpointingMs: 500, statementEndpointingMs: 800 };

/** A caller who has said this, and whose words are known 200 ms into the pause. */
async function callerWho(said: string, agent = {}) {
  const call = callerOver({ modelJudges: true, ...agent }, WAITS);
  call.speak(960);
  call.quiet(200);
  await call.last().is(said);
  return call;
}

describe('a caller of whom the chat model says that they have finished', () => {
  test.each(['I would like to', 'My contract ends in May.', 'What is my balance?'])(
    'is answered after the shortest silence once the answer is ready, though the words were «%s»',
    async (said) => {
      const call = await callerWho(said);
      call.turn.judged(true);
      call.turn.answerReady();
      call.quiet(299);
      expect(call.log).toEqual(['started', 'transcribe', `prepare ${said}`]);
      call.quiet(1);
      expect(call.log.at(-1)).toBe(`ended ${said}`);
    },
  );

  test('is not answered before the answer is ready', async () => {
    const call = await callerWho('I would like to');
    call.turn.judged(true);
    call.quiet(500);
    expect(call.log).toHaveLength(3);
    call.turn.answerReady();
    expect(call.log.at(-1)).toBe('ended I would like to');
  });

  test('is answered at once where the shortest silence is over when it says so', async () => {
    const call = await callerWho('I would like to');
    call.turn.answerReady();
    call.quiet(500);
    expect(call.log).toHaveLength(3);
    call.turn.judged(true);
    call.quiet(1);
    expect(call.log.at(-1)).toBe('ended I would like to');
  });
});

describe('a caller of whom it says that they have not finished', () => {
  test('is heard out until the longest silence; the answer is kept and given then, asked for once', async () => {
    const call = await callerWho('What is my balance?');
    call.turn.judged(false);
    call.turn.answerReady();
    call.quiet(1299);
    expect(call.log).toEqual(['started', 'transcribe', 'prepare What is my balance?']);
    call.quiet(1);
    expect(call.log.slice(3)).toEqual(['ended What is my balance?']);
  });

  test('and who goes on is judged anew by all that they said', async () => {
    const call = await callerWho('What is my balance');
    call.turn.judged(false);
    call.quiet(700);
    call.speak(320);
    call.quiet(100);
    await call.last().is('What is my balance on the savings account?');
    call.turn.answerReady();
    call.quiet(400);
    expect(call.log.slice(3)).toEqual([
      'abort',
      'drop',
      'transcribe',
      'prepare What is my balance on the savings account?',
      'ended What is my balance on the savings account?',
    ]);
  });

  test('stays so over a noise in the pause, after which the words are the same', async () => {
    const call = await callerWho('What is my balance?');
    call.turn.judged(false);
    call.quiet(100);
    call.speak(64);
    call.quiet(200);
    await call.last().is('what is my balance');
    call.turn.answerReady();
    call.quiet(1200);
    expect(call.log.at(-1)).toBe('transcribe');
    call.quiet(100);
    expect(call.log.at(-1)).toBe('ended what is my balance');
  });
});

test('until it says so the words decide, and it is asked early though they are unfinished', async () => {
  const call = await callerWho('I would like to');
  call.turn.answerReady();
  call.quiet(1299);
  expect(call.log).toEqual(['started', 'transcribe', 'prepare I would like to']);
  call.quiet(1);
  expect(call.log.at(-1)).toBe('ended I would like to');
});

test('what it says after the turn has ended changes nothing, in the next turn neither', async () => {
  const call = await callerWho('What is my balance?');
  call.turn.answerReady();
  call.quiet(300);
  expect(call.log.at(-1)).toBe('ended What is my balance?');
  call.turn.judged(false);
  call.speak(320);
  call.turn.judged(false);
  call.quiet(200);
  await call.last().is('And my limit?');
  call.turn.answerReady();
  call.quiet(300);
  expect(call.log.at(-1)).toBe('ended And my limit?');
});

test('where it does not judge, unfinished words are not asked about early', async () => {
  const call = await callerWho('I would like to', { modelJudges: false });
  expect(call.log).toEqual(['started', 'transcribe']);
});
