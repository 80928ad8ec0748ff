import { expect, test } from 'vitest';
import { TurnError } from '../../src/errors.ts';
import { exchange } from '../../src/stun/exchange.ts';
import { CLASS, METHOD } from '../../src/stun/message.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { type Answer, reply, scriptedConnection } from '../helpers/turn-server.ts';

const request = {
  method: METHOD.allocate,
  class: CLASS.request,
  transactionId: Buffer.from('012345678901'),
  attributes: [],
};
const key = Buffer.from('key');

function start(answer: Answer, isReliable: boolean) {
  const clock = manualClock();
  const deadline = new AbortController();
  const line = scriptedConnection(answer, isReliable);
  const options = { key, signal: deadline.signal, after: clock.after };
  return { ...line, clock, deadline, answer: exchange(line.connection, request, options) };
}
const silence: Answer = () => [];

test('over UDP a request is sent again after 0.5, 1, 2 … s, as the same bytes, until the answer', async () => {
  const { clock, sent, deliver, answer } = start(silence, false);
  const sentAfter = (ms: number) => {
    clock.advance(ms);
    return sent.length;
  };
  expect([0, 499, 1, 999, 1, 1999, 1].map(sentAfter)).toEqual([1, 1, 2, 2, 3, 3, 4]);
  deliver(reply(request, 'success', [], key));
  expect((await answer).class).toBe(CLASS.success);
  expect(sentAfter(60_000)).toBe(4);
  expect(new Set(sent.map((bytes) => bytes.toString('hex'))).size).toBe(1);
});

test('over TCP it is sent once', () => {
  const { clock, sent, deadline, answer } = start(silence, true);
  clock.advance(60_000);
  expect(sent).toHaveLength(1);
  deadline.abort();
  return expect(answer).rejects.toMatchObject({ failure: 'timeout', message: 'no answer to 1 request(s)' });
});

test('a deadline that is over sends nothing', async () => {
  const line = scriptedConnection(silence);
  const options = { key, signal: AbortSignal.abort(), after: manualClock().after };
  await expect(exchange(line.connection, request, options)).rejects.toMatchObject({ failure: 'timeout' });
  expect(line.sent).toEqual([]);
});

test('what cannot be the answer is passed over', async () => {
  const other = { ...request, transactionId: Buffer.from('another one!') };
  const right = reply(request, 'error', [], key);
  const { answer } = start(
    () => [
      Buffer.from('noise'),
      reply(other, 'success', [], key),
      reply(request, 'success', [], Buffer.from('other key')),
      right,
    ],
    false,
  );
  expect((await answer).class).toBe(CLASS.error);
});

test('at the deadline the reason is what came, if it was no answer', async () => {
  const { deadline, answer, deliver } = start(silence, false);
  deliver(reply(request, 'success', [], Buffer.from('other key')));
  deadline.abort();
  await expect(answer).rejects.toMatchObject({
    failure: 'garbled',
    message: 'the answer is not signed with our password',
  });
});

test('at the deadline answers to other requests are counted', async () => {
  const { deadline, answer, deliver } = start(silence, false);
  deliver(reply({ ...request, transactionId: Buffer.alloc(12) }, 'success', [], key));
  deadline.abort();
  await expect(answer).rejects.toThrow('no answer to 1 request(s), and 1 that belong to other requests');
});

test('a connection that fails ends it at once', async () => {
  const { answer, fail, clock, sent } = start(silence, false);
  fail(new TurnError('the port is closed', { failure: 'connect' }));
  await expect(answer).rejects.toMatchObject({ failure: 'connect' });
  clock.advance(60_000);
  expect(sent).toHaveLength(1);
});
