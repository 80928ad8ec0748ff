import { expect, test } from 'vitest';
import { isOutbound, watchCallee } from '../../src/call/callee.ts';
import type { CallEvent, Happening } from '../../src/observe/call-events.ts';

function watched() {
  const told: string[] = [];
  const subscriber = watchCallee({
    emit: (happening) => happening.type === 'callee' && told.push(happening.who),
    hangUp: { begin: (reason) => void told.push(`hang up: ${reason}`) },
  });
  let atMs = 0;
  return {
    told,
    hears(piiText: string, forMs: number, isFinal = true) {
      const happens = (happening: Happening) => subscriber({ ...happening, callId: 'c', atMs } as CallEvent);
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
