import { expect, test } from 'vitest';
import type { FromHost } from '../../src/dispatch/host-messages.ts';
import { createRecalls } from '../../src/host/recalls.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const goesOn = { ...keptCall([['user', 'My number is 7.']]), brokeAtMs: 700 };

function createAsker() {
  const clock = manualClock();
  const sent: FromHost[] = [];
  return { clock, sent, recalls: createRecalls((message) => sent.push(message), clock) };
}

test('each call is given the answer to its own question', async () => {
  const { clock, sent, recalls } = createAsker();
  const [first, second] = [recalls.ask('A', 'ann'), recalls.ask('B', 'bob')];
  expect(sent).toEqual([
    { kind: 'recall', jobId: 'A', piiCaller: 'ann' },
    { kind: 'recall', jobId: 'B', piiCaller: 'bob' },
  ]);
  recalls.answered({ kind: 'recalled', jobId: 'B' });
  recalls.answered({ kind: 'recalled', jobId: 'A', goesOn });
  expect(await Promise.all([first, second])).toEqual([goesOn, undefined]);
  expect(clock.pending()).toEqual([]);
});

test('without an answer the call begins anew, and a late one is nothing', async () => {
  const { clock, recalls } = createAsker();
  const asked = recalls.ask('A', 'ann');
  clock.advance(500);
  expect(await asked).toBeUndefined();
  recalls.answered({ kind: 'recalled', jobId: 'A', goesOn });
});
