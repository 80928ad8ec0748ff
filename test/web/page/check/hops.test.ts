import { expect, test } from 'vitest';
import { FakeNet, type World } from './fake-net.ts';
import { HOPS, resultOf, runHops, summaryOf, verdictsOf } from './page-check.ts';

async function check(world: World, { withAgent = true } = {}) {
  const page = { protocol: 'https:', hostname: 'voice.example' };
  const context = { net: new FakeNet(world), seen: { ways: new Map() }, page, withAgent };
  return runHops(HOPS, context, { signal: new AbortController().signal });
}

const UDP = 'turn:10.65.176.54:3478?transport=udp';
const TCP = 'turn:10.65.176.54:3480?transport=tcp';

test('where everything works, every hop says so, and what there is none of is skipped', async () => {
  const results = await check({ turn: [UDP, TCP] });
  const { 'turn-tls': turnTls, 'join-relay-tls': relayTls, ...rest } = verdictsOf(results);
  expect([turnTls, relayTls]).toEqual(['skip', 'skip']);
  expect(new Set(Object.values(rest)), JSON.stringify(rest)).toEqual(new Set(['ok']));
  expect(summaryOf(results)).toEqual({
    verdict: 'ok',
    title: 'Every hop works.',
    text: 'Calls reach LiveKit directly, by relay over UDP, by relay over TCP.',
  });
});

test('behind a VPN where only the relays are reached, nothing is wrong', async () => {
  const results = await check({ turn: [UDP, TCP], direct: false });
  expect(verdictsOf(results)).toMatchObject({ 'join-direct': 'skip', 'media-quality': 'ok' });
  expect(resultOf(results, 'join-direct').cause).toContain('none is needed');
  expect(summaryOf(results).verdict).toBe('ok');
});

test('a closed UDP port is named, with its port, and what goes on by TCP is still checked', async () => {
  const results = await check({ turn: [UDP, TCP], direct: false, closed: [UDP] });
  expect(verdictsOf(results)).toMatchObject({
    'turn-udp': 'fail',
    'join-relay-udp': 'skip',
    'turn-tcp': 'ok',
    'join-relay-tcp': 'ok',
    'media-quality': 'ok',
    conversation: 'ok',
  });
  expect(resultOf(results, 'turn-udp').fix).toContain('UDP 3478 of 10.65.176.54');
  expect(summaryOf(results)).toMatchObject({
    title: 'Broken: «a TURN server is reached over UDP».',
    text: expect.stringMatching(
      /^Calls reach LiveKit by relay over TCP\.\nNothing answers .*\nWhat to do: Open UDP 3478/,
    ),
  });
});

test('credentials that the TURN server refuses are told apart from a closed port', async () => {
  const results = await check({ turn: [UDP], direct: false, refused: { [UDP]: 401 } });
  expect(resultOf(results, 'turn-udp')).toMatchObject({
    evidence: expect.stringContaining('401'),
    cause: expect.stringContaining('refuses the credentials'),
  });
});

test('a relay that does not lead to LiveKit is told apart from one that is not reached', async () => {
  const results = await check({ turn: [UDP], direct: false, relays: false });
  expect(verdictsOf(results)).toMatchObject({
    'turn-udp': 'ok',
    'join-relay-udp': 'fail',
    'join-direct': 'fail',
  });
  expect(resultOf(results, 'join-relay-udp').fix).toContain('kubectl get udproute');
  expect(verdictsOf(results)).toMatchObject({ 'media-echo': 'skip', dispatch: 'skip', conversation: 'skip' });
});

test('without TURN a caller who reaches LiveKit is warned, and one who does not knows why', async () => {
  expect(verdictsOf(await check({ turn: [] }))).toMatchObject({
    'ice-servers': 'warn',
    'turn-udp': 'skip',
    'join-relay-udp': 'skip',
    'join-direct': 'ok',
    'media-echo': 'ok',
  });
  const results = await check({ turn: [], direct: false });
  expect(resultOf(results, 'join-direct')).toMatchObject({
    verdict: 'fail',
    fix: expect.stringContaining('rtc.turn_servers'),
  });
});

test('an installation that uses relays only tries no direct path', async () => {
  const results = await check({ turn: [UDP], relayOnly: true });
  expect(resultOf(results, 'join-direct')).toMatchObject({
    verdict: 'skip',
    cause: expect.stringContaining('only'),
  });
});

test('a LiveKit that is not reached is the one failure, and everything after it is skipped', async () => {
  const results = await check({ turn: [UDP], signal: 'away' });
  expect(resultOf(results, 'signal-ws')).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringContaining('does not answer plain requests either'),
  });
  const later = results.slice(results.findIndex(({ id }) => id === 'signal-ws') + 1);
  expect(later.map(({ verdict }) => verdict)).toEqual(later.map(() => 'skip'));
  expect(resultOf(results, 'conversation').cause).toBe("needs «LiveKit's WebSocket opens»");
});

test('a host that answers, but not on its WebSocket, is a matter of the route', async () => {
  const results = await check({ turn: [UDP], signal: 'no-upgrade' });
  expect(resultOf(results, 'signal-ws').fix).toContain('HTTPRoute');
});

test.each([
  ['invalid token: token is expired (exp)', 'clocks'],
  ['invalid token: signature is invalid', 'another key or secret'],
])('a token that LiveKit refuses with «%s» is explained', async (refusal, cause) => {
  const results = await check({ turn: [UDP], signal: 'refused', refusal });
  expect(verdictsOf(results)).toMatchObject({
    'signal-ws': 'ok',
    'signal-token': 'fail',
    'ice-servers': 'skip',
  });
  expect(resultOf(results, 'signal-token').cause).toContain(cause);
});

test('a wrong credential of the page is its own hop', async () => {
  const results = await check({ turn: [UDP], credential: false });
  expect(resultOf(results, 'page-token')).toMatchObject({ verdict: 'fail', fix: 'Enter it.' });
  expect(verdictsOf(results)).toMatchObject({ page: 'ok', 'signal-ws': 'skip' });
});

test('a path that carries nothing is told apart from one that is not found', async () => {
  const results = await check({ turn: [UDP], silent: true });
  expect(verdictsOf(results)).toMatchObject({
    'join-relay-udp': 'ok',
    'media-echo': 'fail',
    'media-quality': 'skip',
  });
});

test('loss is warned of, with how much', async () => {
  const results = await check({ turn: [UDP], lossOf: 10 });
  expect(resultOf(results, 'media-quality')).toMatchObject({
    verdict: 'warn',
    evidence: expect.stringMatching(/relay-udp: 10\.0 % lost/),
  });
});

test.each([
  ['absent', 'dispatch', 'fail', 'AGENT_NAME=support'],
  ['busy', 'dispatch', 'warn', 'MAX_CALLS'],
  ['quiet', 'conversation', 'fail', 'check'],
] as const)('an agent that is %s is named by %s', async (outcome, id, verdict, fix) => {
  const result = resultOf(await check({ turn: [UDP], agent: { outcome } }), id);
  expect(result).toMatchObject({ verdict, fix: expect.stringContaining(fix) });
});

test('an agent that nobody asked for is left alone', async () => {
  const results = await check({ turn: [UDP], agent: { outcome: 'absent' } }, { withAgent: false });
  expect(verdictsOf(results)).toMatchObject({ dispatch: 'skip', conversation: 'skip' });
});

test('nothing that is told holds a token, a password or a user of TURN', async () => {
  const text = JSON.stringify(await check({ turn: [UDP, TCP], closed: [UDP] }));
  for (const secret of ['token-of-1', 'turn-user', 'turn-password']) expect(text).not.toContain(secret);
});
