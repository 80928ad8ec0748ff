import { afterEach, expect, test } from 'vitest';
import { turn } from '../../../src/doctor/checks/turn.ts';
import { ephemeralCredentials } from '../../../src/stun/credentials.ts';
import { decode, METHOD } from '../../../src/stun/message.ts';
import { inside } from '../../helpers/inside.ts';
import {
  type Answer,
  errorCode,
  RELAYED,
  reply,
  type Script,
  type TurnServer,
  turnAnswers,
  turnServer,
} from '../../helpers/turn-server.ts';

const servers: TurnServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function doors(answer: Answer) {
  const server = await turnServer(answer);
  servers.push(server);
  return {
    udp: `turn:127.0.0.1:${server.udpPort}?transport=udp`,
    tcp: `turn:127.0.0.1:${server.tcpPort}?transport=tcp`,
  };
}

const STATIC = { TURN_USERNAME: 'me', TURN_PASSWORD: 'right' };

const run = (
  env: Record<string, string | undefined>,
  signal: AbortSignal = new AbortController().signal,
): Promise<string | undefined> => turn.run(inside(env, { signal }));

const refusing = (code: number): Script => ({
  signed: (request, key) => [reply(request, 'error', [errorCode(code)], key)],
});

test('without URLs there is nothing to check', async () => {
  expect(await run({})).toBeUndefined();
});

test('each door says what it relays from, and how fast', async () => {
  const { udp, tcp } = await doors(turnAnswers());
  const [first, second] = (await run({ TURN_URLS: `${udp},${tcp}`, ...STATIC }))?.split('\n') ?? [];
  expect(first).toMatch(/^turn:\S+transport=udp works: relays from 127\.0\.0\.1:50000 after \d+ ms$/);
  expect(second).toMatch(/^turn:\S+transport=tcp works: relays from 127\.0\.0\.1:50000 after \d+ ms$/);
});

test('with a shared secret the credentials are made as LiveKit makes them', async () => {
  const names: string[] = [];
  const passwordOf = (username: string) => {
    names.push(username);
    const [expiry, user = ''] = username.split(':');
    return ephemeralCredentials('shared', { user, ttlMs: 0, nowMs: Number(expiry) * 1000 }).password;
  };
  const { udp } = await doors(turnAnswers({ passwordOf }));
  expect(await run({ TURN_URLS: udp, TURN_SECRET: 'shared' })).toContain('works');
  const [expiry, user] = names[0]?.split(':') ?? [];
  expect(user).toBe('voice-agent-check');
  expect(Number(expiry)).toBeGreaterThan(Date.now() / 1000);
});

test('one broken door fails the check, which still says that the other one works', async () => {
  const { tcp } = await doors(turnAnswers());
  const gone = await turnServer(() => []);
  await gone.close();
  const closed = `turn:127.0.0.1:${gone.udpPort}?transport=udp`;
  await expect(run({ TURN_URLS: `${closed},${tcp}`, ...STATIC })).rejects.toMatchObject({
    message: expect.stringMatching(/^turn:\S+udp fails: the port is closed\nturn:\S+tcp works: /),
    hint: expect.stringMatching(new RegExp(`^see that .* listens on UDP ${gone.udpPort} .*turn\\.udpPort`)),
  });
});

test('a door that swallows everything is named at the deadline, with where to look', async () => {
  const deadline = new AbortController();
  const { udp } = await doors(() => {
    deadline.abort();
    return [];
  });
  await expect(run({ TURN_URLS: udp, ...STATIC }, deadline.signal)).rejects.toMatchObject({
    message: expect.stringContaining('fails: no answer to 1 request(s)'),
    hint: expect.stringMatching(/^open UDP \d+ in firewalls/),
  });
});

test.each([
  ['static', { TURN_USERNAME: 'me', TURN_PASSWORD: 'wrong' }, /^TURN_USERNAME and TURN_PASSWORD must/],
  ['ephemeral', { TURN_SECRET: 'other' }, /^TURN_SECRET must .*clocks/],
])('refused %s credentials name their settings, once for both doors', async (_, env, hint) => {
  const { udp, tcp } = await doors(turnAnswers());
  await expect(run({ TURN_URLS: `${udp},${tcp}`, ...env })).rejects.toMatchObject({
    message: expect.stringMatching(/udp fails: 401: .*credentials\n.*tcp fails: 401: /),
    hint: expect.stringMatching(new RegExp(`${hint.source}.*turn\\.auth[^\\n]*$`)),
  });
});

test.each([
  [403, /forbids.*/, /forbidden addresses/],
  [486, /all the allocations/, /quota/],
  [508, /no relay port/, /more relay ports/],
  [500, /failed inside/, /read the log/],
])('a refusal with %i says what to do', async (code, message, hint) => {
  const { tcp } = await doors(turnAnswers(refusing(code)));
  await expect(run({ TURN_URLS: tcp, ...STATIC })).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

test('a server of another kind is named', async () => {
  const { tcp } = await doors(() => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]);
  await expect(run({ TURN_URLS: tcp, ...STATIC })).rejects.toMatchObject({
    message: expect.stringContaining('no TURN server: it sent «HTTP/1.1 400'),
    hint: expect.stringMatching(/^see what is behind TCP \d+ of 127\.0\.0\.1/),
  });
});

test('a server that relays for everybody is warned of', async () => {
  const { udp } = await doors((bytes) => {
    const request = decode(bytes);
    const attributes = request.method === METHOD.allocate ? [RELAYED] : [];
    return [reply(request, 'success', attributes)];
  });
  expect(await run({ TURN_URLS: udp, ...STATIC })).toMatch(/works: .*, but asks nobody for credentials$/);
});
