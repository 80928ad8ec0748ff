import { expect, test } from 'vitest';
import { isOutbound, watchCallee } from '../../src/call/callee.ts';
import type { CallEvent, Happening } from '../../src/observe/call-events.ts';

function watched() {
  const told: string[] = [];
  const watch = watchCallee({
    emit: (happening) => happening.type === 'callee' && told.push(happening.who),
    hangUp: { begin: (reason) => void told.push(`hang up: ${reason}`) },
  });
  let atMs = 0;
  return {
    told,
    /** A pure tone at 16 kHz, in windows of 32 ms as they come. */
    beeps(forMs: number) {
      const all = Int16Array.from(
        { length: forMs * 16 },
        (_, at) => 6000 * Math.sin((at * 2 * Math.PI) / 16),
      );
      for (let at = 0; at < all.length; at += 512) watch.hears(all.slice(at, at + 512));
    },
    hears(piiText: string, forMs: number, isFinal = true) {
      const happens = (happening: Happening) =>
        watch.follow({ ...happening, callId: 'c', atMs } as CallEvent);
      happens({ type: 'caller-speaks', isSpeaking: true });
      atMs += forMs;
      happens({ type: 'transcript', isFinal, piiText });
      happens({ type: 'caller-speaks', isSpeaking: false });
    },
  };
}

test('a recording is hung up on, before it has finished, once', () => {
  const { hears, told } = watched();
  hears('Hi, you have reached', 1500, false);
  expect(told).toEqual([]);
  hears('Hi, you have reached Lim. Please leave a message', 3000, false);
  hears('after the tone.', 1000);
  expect(told).toEqual(['voicemail', 'hang up: voicemail']);
});

test('a person is told of once they have finished, and whatever they say later is no recording', () => {
  const { hears, told } = watched();
  hears('Hello, who', 500, false);
  expect(told).toEqual([]);
  hears('Hello, who is this?', 800);
  hears('Can I leave a message after the tone?', 2000);
  expect(told).toEqual(['person']);
});

const NUMBER_IN_CHINESE = '您拨打的用户暂时无法接通';

test('a tone after a long talk in any language tells a recording', () => {
  const { hears, beeps, told } = watched();
  hears(NUMBER_IN_CHINESE, 7000, false);
  beeps(60);
  expect(told).toEqual([]);
  beeps(400);
  expect(told).toEqual(['voicemail', 'hang up: voicemail']);
});

test('words that come after the tone are judged with it', () => {
  const { hears, beeps, told } = watched();
  beeps(400);
  expect(told).toEqual([]);
  hears(NUMBER_IN_CHINESE, 7000);
  expect(told).toEqual(['voicemail', 'hang up: voicemail']);
});

test('a person who is known stays one, whatever sounds come later', () => {
  const { hears, beeps, told } = watched();
  hears('Hello, who is this?', 800);
  beeps(400);
  expect(told).toEqual(['person']);
});

test('who stays in doubt for three turns is a person', () => {
  const { hears, told } = watched();
  for (let turn = 0; turn < 3; turn++) hears('', 300);
  expect(told).toEqual(['person']);
});

test('calls that we placed are told from others by their dispatch', () => {
  expect(isOutbound('{"prompt":"reminder","outbound":{"trunk":"main"}}')).toBe(true);
  const tooLong = JSON.stringify({ outbound: 'x'.repeat(70_000) });
  for (const other of ['', 'phone', '7', 'null', '{"prompt":"outbound"}', tooLong])
    expect(isOutbound(other)).toBe(false);
});
