import { describe, expect, test } from 'vitest';
import { isStopWish } from '../../../src/stages/turn/words.ts';
import { callerOver } from '../../helpers/turn.ts';

/** A caller whose turn «Can you tell me» has ended; the answer began so long before they speak again. */
async function answered(voicedForMs: number | undefined) {
  const agent: Parameters<typeof callerOver>[0] = {
    busy: false,
    echo: { isHeard: () => false, was: () => false },
  };
  const call = callerOver(agent);
  call.speak(640);
  call.quiet(100);
  await call.last().is('Can you tell me.');
  call.quiet(500);
  expect(call.log.at(-1)).toBe('ended Can you tell me.');
  agent.busy = true;
  if (voicedForMs !== undefined) {
    call.quiet(200);
    agent.voicedAt = call.clock.now();
    call.quiet(voicedForMs);
  }
  call.log.length = 0;
  return { ...call, agent };
}

async function says(call: Awaited<ReturnType<typeof answered>>, text: string): Promise<string[]> {
  call.speak(320);
  call.quiet(100);
  await call.last().is(text);
  return call.log;
}

describe('a caller who goes on', () => {
  test.each([0, 300, 590])(
    '%i ms after the first sound was cut off: one turn, and one answer to all of it',
    async (ms) => {
      const call = await answered(ms);
      expect(await says(call, 'what my balance is?')).toEqual([
        'hold',
        'transcribe',
        'take back Can you tell me.',
        'started',
        'prepare Can you tell me. what my balance is?',
      ]);
      call.quiet(1399);
      expect(call.log, 'is not cut off twice').toHaveLength(5);
      call.quiet(1);
      expect(call.log.at(-1)).toBe('ended Can you tell me. what my balance is?');
    },
  );

  test('before the answer is heard was cut off, too', async () => {
    const call = await answered(undefined);
    expect(await says(call, 'what my balance is?')).toContain('take back Can you tell me.');
  });

  test.each([undefined, -2000])('before a late answer is heard, the last one %s ms ago, too', async (ms) => {
    const call = await answered(undefined);
    call.agent.voicedAt = ms && call.clock.now() + ms;
    call.quiet(1200);
    expect(await says(call, 'what my balance is?')).toContain('take back Can you tell me.');
  });

  test('long after the first sound interrupts', async () => {
    const call = await answered(900);
    expect(await says(call, 'What about my balance?')).toEqual([
      'hold',
      'transcribe',
      'interrupt',
      'started',
      'prepare What about my balance?',
    ]);
  });

  test('is found out before a pause, by words that are looked for while they speak', async () => {
    const call = await answered(300);
    call.speak(896);
    await call.peeks[0]?.is('what my');
    expect(call.log.slice(2)).toEqual(['take back Can you tell me.', 'started']);
    call.quiet(100);
    await call.last().is('what my balance is?');
    expect(call.log.at(-1)).toBe('prepare Can you tell me. what my balance is?');
  });

  test('without words that are understood has the turn answered that was taken back', async () => {
    const call = await answered(300);
    call.speak(896);
    await call.peeks[0]?.is('what my');
    call.quiet(100);
    await call.last().fails();
    call.quiet(1500);
    expect(call.log.at(-1)).toBe('ended Can you tell me.');
  });

  test('may be cut off again: all of it is one turn', async () => {
    const call = await answered(300);
    await says(call, 'what my balance');
    call.quiet(1400);
    call.agent.voicedAt = call.clock.now();
    expect((await says(call, 'was in May?')).slice(-4)).toEqual([
      'transcribe',
      'take back Can you tell me. what my balance',
      'started',
      'prepare Can you tell me. what my balance was in May?',
    ]);
  });
});

test('who is heard in a sound that began as the echo of the answer does not go on', async () => {
  const call = await answered(300);
  call.agent.echo = { isHeard: () => false, was: (text) => text === 'your balance is' };
  call.speak(896);
  await call.peeks[0]?.is('your balance is');
  call.speak(1600, 896);
  call.quiet(100);
  await call.last().is('In May!');
  expect(call.log).not.toContain('take back Can you tell me.');
  expect(call.log.at(-1)).toBe('prepare In May!');
});

test('nor is one who is heard in a known echo, which went on from the beginning of the answer', async () => {
  const call = await answered(300);
  let isHeard = true;
  call.agent.echo = { isHeard: () => isHeard, was: () => false };
  call.speak(1600);
  isHeard = false;
  call.speak(320, 1600);
  call.quiet(100);
  await call.last().is('In May!');
  expect(call.log).not.toContain('take back Can you tell me.');
  expect(call.log.at(-1)).toBe('prepare In May!');
});

test.each(['Mm-hm.', 'Ya, okay.'])('listening («%s») is not going on', async (text) => {
  expect(await says(await answered(300), text)).toEqual(['hold', 'transcribe', 'release']);
});

test.each(['Stop.', 'No, wait.', 'Tunggu sekejap.'])(
  'a wish to stop («%s») is not going on',
  async (text) => {
    expect(await says(await answered(300), text)).toContain('interrupt');
  },
);

test('who speaks into the greeting was not cut off', async () => {
  const call = callerOver({ busy: true, voicedAt: 0 });
  call.speak(320);
  call.quiet(100);
  await call.last().is('What is my balance?');
  expect(call.log).toContain('interrupt');
});

test('the turn after one that was taken back is its own', async () => {
  const call = await answered(300);
  await says(call, 'what my balance is?');
  call.quiet(1500);
  call.agent.busy = false;
  call.speak(320);
  call.quiet(100);
  await call.last().is('Thank you.');
  expect(call.log.at(-1)).toBe('prepare Thank you.');
});

test('wishes to stop say nothing else', () => {
  for (const text of ['Stop', 'stop, please', 'Wait a moment.', 'espera por favor', 'Cukup dah.'])
    expect(isStopWish(text), text).toBe(true);
  for (const text of ['', 'please', 'Wait, I mean Friday.', 'stop the newsletter for me'])
    expect(isStopWish(text), text).toBe(false);
});
