import { expect, test } from 'vitest';
import { Actions } from '../../src/actions/actions.ts';
import type { ActionRequest } from '../../src/actions/request.ts';
import type { Happening } from '../../src/observe/call-events.ts';

const TRANSFER: ActionRequest = { action: 'transfer', target: 'billing' };

/** An answer that a test says or cuts off. */
function answer(...items: string[]) {
  let done: (answer: { interrupted: boolean }) => void = () => {};
  return {
    chatItems: items.map((type) => ({ type })),
    addDoneCallback(listener: typeof done) {
      done = listener;
    },
    isOver: (interrupted = false) => done({ interrupted }),
  };
}

function opened(carryOut: (request: ActionRequest) => Promise<string | undefined> = async () => undefined) {
  const told: string[] = [];
  const spoken: boolean[] = [];
  const over = new AbortController();
  const emit = (happening: Happening) => {
    if (happening.type !== 'action') return;
    const { state, action, by, reason } = happening;
    told.push([state, action, by, reason].filter(Boolean).join(' '));
  };
  const actions = new Actions({
    carryOut({ request, hasSpoken }) {
      spoken.push(hasSpoken);
      return carryOut(request);
    },
    ...{ emit, signal: over.signal },
  });
  return { actions, told, spoken, over };
}

test('what the model asks for is carried out once its answer has been said', async () => {
  const { actions, told, spoken } = opened();
  const said = answer('message', 'function_call');
  actions.ask(TRANSFER, said);
  expect(told).toEqual(['asked transfer model']);
  said.isOver();
  await expect
    .poll(() => told, { timeout: 10_000 })
    .toEqual(['asked transfer model', 'begun transfer model', 'done transfer model']);
  expect(spoken).toEqual([true]);
  expect(actions.isBusy).toBe(false);
});

test('it is dropped with an answer that is cut off, and can be asked for again', () => {
  const { actions, told, spoken } = opened();
  const cut = answer();
  actions.ask(TRANSFER, cut);
  cut.isOver(true);
  expect(told).toEqual(['asked transfer model', 'dropped transfer model']);
  expect(spoken).toEqual([]);
  expect(() => actions.ask(TRANSFER, answer())).not.toThrow();
});

test('one thing at a time: while one is asked for or under way, no other is taken', async () => {
  let finish = (_: string | undefined) => {};
  const { actions, told } = opened(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const said = answer();
  actions.ask(TRANSFER, said);
  expect(() => actions.ask({ action: 'hang_up' }, answer())).toThrow('transfer is under way');
  said.isOver();
  expect(() => actions.ask(TRANSFER, answer())).toThrow('transfer is under way');
  expect(actions.begin(TRANSFER, 'key')).toBe(false);
  finish('SIP 486 Busy Here');
  await expect.poll(() => told.at(-1), { timeout: 10_000 }).toBe('failed transfer model SIP 486 Busy Here');
  expect(actions.begin(TRANSFER, 'key')).toBe(true);
});

test('nothing is begun after the end of the call; what throws has failed', async () => {
  const { actions, told, over } = opened(() => Promise.reject(new Error('no line')));
  actions.begin(TRANSFER, 'failure');
  await expect.poll(() => told.at(-1), { timeout: 10_000 }).toBe('failed transfer failure no line');
  const said = answer();
  actions.ask(TRANSFER, said);
  over.abort();
  said.isOver();
  expect(told.at(-1)).toBe('dropped transfer model');
  expect(() => actions.ask(TRANSFER, answer())).toThrow('over');
});
