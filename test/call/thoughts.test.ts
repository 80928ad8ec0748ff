import { expect, test, vi } from 'vitest';
import { createThoughtsWarning } from '../../src/call/thoughts.ts';
import type { Log } from '../../src/observe/log.ts';
import type { AnswerEnd } from '../../src/stages/hooks.ts';

const end: AnswerEnd = {
  finish: 'stop',
  isAnswer: true,
  chars: 6,
  thoughtChars: 0,
  spokenThoughtChars: 0,
  thinkingOff: undefined,
  unknownTools: [],
  givenUp: false,
  tries: 1,
};

test('the first thoughts of a call are warned of once, with the setting that turns them off', () => {
  const warn = vi.fn();
  const told = createThoughtsWarning({ warn } as unknown as Log);
  told(end);
  expect(warn).not.toHaveBeenCalled();
  told({ ...end, thoughtChars: 40, thinkingOff: 'LLM_EXTRA_BODY={…}' });
  told({ ...end, thoughtChars: 50, thinkingOff: 'LLM_EXTRA_BODY={…}' });
  expect(warn.mock.calls).toEqual([
    [
      { thoughtChars: 40, spokenThoughtChars: 0, hint: 'turn it off: LLM_EXTRA_BODY={…}' },
      expect.any(String),
    ],
  ]);
});
