import { describe, expect, test } from 'vitest';
import { numberAttribute, textAttribute } from '../../src/stun/attributes.ts';
import { tryAllocation } from '../../src/stun/client.ts';
import { ATTRIBUTE, decode, METHOD, type Message } from '../../src/stun/message.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import {
  type Answer,
  challenge,
  errorCode,
  ME,
  RELAYED,
  reply,
  type Script,
  scriptedConnection,
  turnAnswers,
} from '../helpers/turn-server.ts';

const DOOR = { host: 'turn', port: 3478, transport: 'udp' } as const;
const NEVER = new AbortController().signal;

function attempt(answer: Answer, credentials = ME) {
  const line = scriptedConnection(answer);
  const clock = manualClock();
  let made = 0;
  const result = tryAllocation(DOOR, credentials, {
    signal: NEVER,
    connect: async () => line.connection,
    random: (size) => Buffer.alloc(size, ++made),
    after: clock.after,
  });
  const requests = () => line.sent.map((bytes) => decode(bytes));
  return { result, requests, clock, isClosed: line.isClosed };
}
const scripted = (script: Script, credentials = ME) => attempt(turnAnswers(script), credentials);
const refusing = (code: number) =>
  scripted({ signed: (request, key) => [reply(request, 'error', [errorCode(code, 'No way')], key)] });

test('an allocation is taken under the server’s challenge, prolonged, and given back', async () => {
  const { result, requests, isClosed } = scripted({});
  expect(await result).toEqual({ relayed: '127.0.0.1:50000', isOpenToAll: false });
  const { allocate, refresh } = METHOD;
  expect(requests().map(({ method }) => method)).toEqual([allocate, allocate, refresh, refresh]);
  expect(requests()[0]?.attributes).toEqual([[ATTRIBUTE.requestedTransport, Buffer.from([17, 0, 0, 0])]]);
  expect(requests()[2]?.attributes.map(([type]) => type)).not.toContain(ATTRIBUTE.lifetime);
  expect(requests()[3]?.attributes).toContainEqual(numberAttribute(ATTRIBUTE.lifetime, 0));
  expect(new Set(requests().map(({ transactionId }) => transactionId.toString('hex'))).size).toBe(4);
  expect(isClosed()).toBe(true);
});

test('a server that asks for no credentials is told apart', async () => {
  const { result } = attempt((bytes) => [reply(decode(bytes), 'success', [RELAYED])]);
  expect(await result).toMatchObject({ isOpenToAll: true });
});

test('a stale nonce is replaced by the new one', async () => {
  let stale = true;
  const { result, requests } = scripted({
    signed(request) {
      if (!stale) return undefined;
      stale = false;
      return [challenge(request, 438, 'fresh')];
    },
  });
  expect(await result).toMatchObject({ relayed: '127.0.0.1:50000' });
  expect(requests()[2]?.attributes).toContainEqual(textAttribute(ATTRIBUTE.nonce, 'fresh'));
});

test('nonces that are always stale are given up', async () => {
  const { result, requests } = scripted({ signed: (request) => [challenge(request, 438)] });
  await expect(result).rejects.toMatchObject({ failure: 'status', code: 438 });
  expect(requests()).toHaveLength(4);
});

describe('a refusal', () => {
  test.each([401, 441, 400])('with %i once we showed credentials is about them', async (code) => {
    const { result, isClosed } = refusing(code);
    await expect(result).rejects.toMatchObject({
      failure: 'credentials',
      code,
      message: `${code}: it does not take our credentials`,
    });
    expect(isClosed()).toBe(true);
  });

  test('of a wrong password, by a server that follows the book', async () => {
    const { result } = scripted({}, { username: 'me', password: 'wrong' });
    await expect(result).rejects.toMatchObject({ failure: 'credentials', code: 401 });
  });

  test('of the very first request with 400 is not about credentials', async () => {
    const { result } = attempt((bytes) => [reply(decode(bytes), 'error', [errorCode(400)])]);
    await expect(result).rejects.toMatchObject({
      failure: 'status',
      message: '400: it cannot read the request',
    });
  });

  test.each([
    [300, 'it sends clients to another server'],
    [403, 'it forbids this client or this address'],
    [437, 'it has another allocation for this client'],
    [486, 'this user has all the allocations that one may have'],
    [508, 'it has no relay port left'],
    [599, 'No way'],
  ])('with %i is put into words', async (code, words) => {
    await expect(refusing(code).result).rejects.toMatchObject({
      failure: 'status',
      code,
      message: `${code}: ${words}`,
    });
  });

  test('to prolong the allocation is a failure: calls would end with it', async () => {
    const { result, isClosed } = scripted({
      signed: (request, key) =>
        request.method === METHOD.refresh ? [reply(request, 'error', [errorCode(403)], key)] : undefined,
    });
    await expect(result).rejects.toMatchObject({ code: 403 });
    expect(isClosed()).toBe(true);
  });
});

describe('an allocation whose release is not answered well', () => {
  const isRelease = ({ method, attributes }: Message) =>
    method === METHOD.refresh && attributes.some(([type]) => type === ATTRIBUTE.lifetime);
  const onRelease = (answers: (request: Message, key: Buffer) => Buffer[]) =>
    scripted({ signed: (request, key) => (isRelease(request) ? answers(request, key) : undefined) });

  test('is gone where the server does not know it: the answer to an earlier request was lost', async () => {
    const { result } = onRelease((request, key) => [reply(request, 'error', [errorCode(437)], key)]);
    await expect(result).resolves.toMatchObject({ relayed: '127.0.0.1:50000' });
  });

  test('is gone where the server says nothing more of it, as STUNner does', async () => {
    const { result, clock, isClosed } = onRelease(() => []);
    await clock.waitsFor(2000);
    clock.advance(2000);
    await expect(result).resolves.toMatchObject({ relayed: '127.0.0.1:50000' });
    expect(isClosed()).toBe(true);
  });

  test('is a failure where the server forbids it', async () => {
    const { result } = onRelease((request, key) => [reply(request, 'error', [errorCode(403)], key)]);
    await expect(result).rejects.toMatchObject({ code: 403 });
  });
});

describe('an answer that makes no sense', () => {
  test.each<[string, Answer]>([
    [
      'an allocation has no address',
      turnAnswers({ signed: (request, key) => [reply(request, 'success', [], key)] }),
    ],
    ['an error has no code', (bytes) => [reply(decode(bytes), 'error', [])]],
    ['a challenge has no realm', (bytes) => [reply(decode(bytes), 'error', [errorCode(401)])]],
  ])('%s', async (_, answer) => {
    await expect(attempt(answer).result).rejects.toMatchObject({ failure: 'garbled' });
  });
});
