import { expect, test } from 'vitest';
import { BOUNDS } from '../../src/bounds.ts';
import type { ToolCallPart } from '../../src/openai/chat-part.ts';
import { ToolCalls } from '../../src/stages/tool-calls.ts';

const OFFERED = new Set(['transfer', 'hang_up']);

function together(...parts: Partial<ToolCallPart>[]) {
  const calls = new ToolCalls();
  for (const part of parts)
    calls.add({ index: 0, id: undefined, name: undefined, arguments: '', extra: undefined, ...part });
  return { names: calls.names, calls: calls.of(OFFERED).map(({ name, args }) => `${name} ${args}`) };
}

test('calls are put together by index, in pieces that come between each other', () => {
  const { calls } = together(
    { index: 0, id: 'a', name: 'transfer', arguments: '{"tar' },
    { index: 1, id: 'b', name: 'hang_up' },
    { index: 0, arguments: 'get": "desk"}' },
    { index: 1, arguments: '{}' },
  );
  expect(calls).toEqual(['transfer {"target": "desk"}', 'hang_up {}']);
});

test('calls that come whole and are all numbered 0 stay apart by their ids', () => {
  const { calls } = together(
    { id: 'a', name: 'transfer', arguments: '{"target": "desk"}' },
    { id: 'b', name: 'hang_up', arguments: '{}' },
  );
  expect(calls).toEqual(['transfer {"target": "desk"}', 'hang_up {}']);
});

test('pieces without a beginning, and tools that nobody offered, are no calls', () => {
  expect(together({ arguments: '{}' })).toEqual({ names: [], calls: [] });
  expect(together({ id: 'a', name: 'pay', arguments: '{}' })).toEqual({ names: ['pay'], calls: [] });
});

test('what goes on without end is passed over', () => {
  const piece = { arguments: 'x'.repeat(BOUNDS.toolArgumentsCharacters) };
  expect(together({ id: 'a', name: 'transfer' }, piece, { arguments: 'x' })).toEqual({
    names: [],
    calls: [],
  });
  expect(together({ id: 'a', name: 'x'.repeat(BOUNDS.toolNameCharacters + 1) }).names).toEqual([]);
  const many = Array.from({ length: 100 }, (_, index) => ({ index, id: `${index}`, name: 'hang_up' }));
  expect(together(...many).calls).toHaveLength(BOUNDS.toolCalls);
});
