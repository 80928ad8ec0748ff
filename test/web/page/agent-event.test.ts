import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

const { parseAgentEvent } = await pageModule<{ parseAgentEvent(bytes: Uint8Array): unknown }>(
  'agent-event.js',
);
const { waterfall, scaleOf } = await pageModule<{
  waterfall(parts: object): unknown[];
  scaleOf(answers: object[]): { longestMs: number; tickMs: number };
}>('turns.js');

const parse = (text: string) => parseAgentEvent(new TextEncoder().encode(text));
const told = (event: unknown) => parse(JSON.stringify(event));

test('what an agent tells is taken: known fields only', () => {
  expect(told({ type: 'turn', turn: 2, parts: { totalMs: 900, mine: 1 }, interrupted: false })).toEqual({
    ...{ type: 'turn', turn: 2, parts: { totalMs: 900 } },
  });
  const error = { type: 'error', message: 'The speech service did not answer.' };
  expect(told({ ...error, endpoint: 'tts' })).toEqual(error);
  expect(told({ ...error, detail: 'tts http://x: connect', hint: 'Start it.' })).toEqual({
    ...error,
    detail: 'tts http://x: connect',
    hint: 'Start it.',
  });
  const notice = { type: 'notice', message: 'These are too many messages.' };
  expect(told({ ...notice, hint: 'x' })).toEqual(notice);
  expect(told({ type: 'turn-goes-on', more: 1 })).toEqual({ type: 'turn-goes-on' });
  expect(told({ type: 'ending', reason: 'idle' })).toEqual({ type: 'ending', reason: 'idle' });
});

const WRONG: [string, string][] = [
  ['nothing', ''],
  ['no JSON', '{"type":"turn"'],
  ['null', 'null'],
  ['a number', '7'],
  ['a text', '"error"'],
  ['an array', '[{"type":"error","message":"x"}]'],
  ['no type', '{"message":"x"}'],
  ['a type of another kind', '{"type":["error"],"message":"x"}'],
  ['an unknown type', '{"type":"toString"}'],
  ['a fault without a text', '{"type":"error"}'],
  ['a fault with an empty text', '{"type":"error","message":"  "}'],
  ['a fault whose text is none', '{"type":"error","message":{"a":1},"hint":5}'],
  ['a notice without a text', '{"type":"notice","message":[]}'],
  ['an end without a reason', '{"type":"ending"}'],
  ['an end with a reason of another kind', '{"type":"ending","reason":{"a":1}}'],
  ['a turn without its parts', '{"type":"turn","turn":1}'],
  ['a turn with parts in a list', '{"type":"turn","turn":1,"parts":[1]}'],
  ['a turn without a number', '{"type":"turn","turn":"1","parts":{}}'],
  ['a deep one', `{"type":"error","message":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ['a huge one', `{"type":"error","message":"x","more":"${'x'.repeat(20_000)}"}`],
];

test.for(WRONG)('is ignored: %s', ([, text]) => {
  expect(parse(text)).toBeUndefined();
});

test('bytes that are no text are ignored', () => {
  expect(parseAgentEvent(Uint8Array.of(0xff, 0xfe, 0, 0x80))).toBeUndefined();
});

test('a long text is cut', () => {
  expect(told({ type: 'error', message: 'x'.repeat(5000) })).toEqual({
    ...{ type: 'error', message: 'x'.repeat(500) },
  });
});

test('figures of a turn that cannot be are left out, so that the picture can be drawn', () => {
  const parts = { totalMs: 1e300, sttMs: -5, holdMs: '7', llmTtftMs: null, ttsTtfbMs: 120, readyMs: [3] };
  const event = told({ type: 'turn', turn: 1, parts }) as { parts: object };
  expect(event).toEqual({ type: 'turn', turn: 1, parts: { ttsTtfbMs: 120 } });
  expect(waterfall(event.parts)).toHaveLength(1);
  const longest = told({ type: 'turn', turn: 1, parts: { totalMs: 3_600_000 } }) as { parts: object };
  const { longestMs, tickMs } = scaleOf([longest]);
  expect(longestMs / tickMs).toBeLessThan(1000);
});
