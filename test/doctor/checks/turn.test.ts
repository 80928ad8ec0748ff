import { afterEach, expect, test } from 'vitest';
import type { Finding } from '../../../src/doctor/check.ts';
import { settings } from '../../../src/doctor/checks/config.ts';
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

/** The hops of this transport, by the settings. */
async function run(
  transport: 'udp' | 'tcp',
  env: Record<string, string | undefined>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Finding | undefined> {
  const means = inside(env, { signal });
  await settings.run(means);
  const found = await turn(transport).run(means);
  return typeof found === 'string' ? { evidence: found } : found;
}

const refusing = (code: number): Script => ({
  signed: (request, key) => [reply(request, 'error', [errorCode(code)], key)],
});

test('without TURN servers of a transport there is nothing to check; who would have named them explains it', async () => {
  expect(await run('udp', {})).toMatchObject({ verdict: 'skip', because: 'ice-servers' });
  const { tcp } = await doors(turnAnswers());
  expect(await run('udp', { TURN_URLS: tcp, ...STATIC })).toEqual({
    verdict: 'skip',
    cause: 'no TURN server over UDP is named',
  });
});

test('each door says what it relays from, and how fast', async () => {
  const { udp, tcp } = await doors(turnAnswers());
  for (const transport of ['udp', 'tcp'] as const)
    expect(await run(transport, { TURN_URLS: `${udp},${tcp}`, ...STATIC })).toMatchObject({
      verdict: 'ok',
      evidence: expect.stringMatching(
        new RegExp(
          `^turn:\\S+transport=${transport} works: relays from 127\\.0\\.0\\.1:50000 after \\d+ ms$`,
        ),
      ),
    });
});

test('with a shared secret the credentials are made as LiveKit makes them', async () => {
  const names: string[] = [];
  const passwordOf = (username: string) => {
    names.push(username);
    const [expiry, user = ''] = username.split(':');
    return ephemeralCredentials('shared', { user, ttlMs: 0, nowMs: Number(expiry) * 1000 }).password;
  };
  const { udp } = await doors(turnAnswers({ passwordOf }));
  expect(await run('udp', { TURN_URLS: udp, TURN_SECRET: 'shared' })).toMatchObject({ verdict: 'ok' });
  const [expiry, user] = names[0]?.split(':') ?? [];
  expect(user).toBe('voice-agent-check');
  expect(Number(expiry)).toBeGreaterThan(Date.now() / 1000);
});

test('one broken door fails the hop, which still says that the other one works', async () => {
  const { udp } = await doors(turnAnswers());
  const gone = await turnServer(() => []);
  await gone.close();
  const closed = `turn:127.0.0.1:${gone.udpPort}?transport=udp`;
  expect(await run('udp', { TURN_URLS: `${closed},${udp}`, ...STATIC })).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringMatching(/^turn:\S+udp fails: the port is closed\nturn:\S+udp works: /),
    fix: expect.stringMatching(new RegExp(`^see that .* listens on UDP ${gone.udpPort} .*turn\\.udpPort`)),
  });
});

test('a door that swallows everything is named at the deadline, with where to look', async () => {
  const deadline = new AbortController();
  const { udp } = await doors(() => {
    deadline.abort();
    return [];
  });
  expect(await run('udp', { TURN_URLS: udp, ...STATIC }, deadline.signal)).toMatchObject({
    evidence: expect.stringContaining('fails: no answer to 1 request(s)'),
    fix: expect.stringMatching(/^open UDP \d+ in firewalls/),
  });
});

test.each([
  ['static', { TURN_USERNAME: 'me', TURN_PASSWORD: 'wrong' }, /^TURN_USERNAME and TURN_PASSWORD must/],
  ['ephemeral', { TURN_SECRET: 'other' }, /^TURN_SECRET must .*clocks/],
])('refused %s credentials name their settings, once for several doors', async (_, env, fix) => {
  const { udp } = await doors(turnAnswers());
  expect(await run('udp', { TURN_URLS: `${udp},${udp}`, ...env })).toMatchObject({
    evidence: expect.stringMatching(/udp fails: 401: .*credentials\n.*udp fails: 401: /),
    fix: expect.stringMatching(new RegExp(`${fix.source}.*turn\\.auth[^\\n]*$`)),
  });
});

test('refused credentials that LiveKit hands out are changed in livekit.yaml', async () => {
  const { tcp } = await doors(turnAnswers());
  const server = {
    url: tcp,
    host: '127.0.0.1',
    port: Number(/:(\d+)\?/.exec(tcp)?.[1]),
    transport: 'tcp' as const,
  };
  const credentials = { username: 'me', password: 'wrong' };
  const relays = [{ server, credentials, isEphemeral: false, from: 'livekit' as const }];
  expect(await turn('tcp').run(inside({}, { seen: { relays } }))).toMatchObject({
    fix: expect.stringMatching(/^rtc\.turn_servers\[\]\.username/),
  });
});

test.each([
  [403, /forbids.*/, /forbidden addresses/],
  [486, /all the allocations/, /quota/],
  [508, /no relay port/, /more relay ports/],
  [500, /failed inside/, /read the log/],
])('a refusal with %i says what to do', async (code, evidence, fix) => {
  const { tcp } = await doors(turnAnswers(refusing(code)));
  expect(await run('tcp', { TURN_URLS: tcp, ...STATIC })).toMatchObject({
    ...{ evidence: expect.stringMatching(evidence), fix: expect.stringMatching(fix) },
  });
});

test('a server of another kind is named', async () => {
  const { tcp } = await doors(() => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]);
  expect(await run('tcp', { TURN_URLS: tcp, ...STATIC })).toMatchObject({
    evidence: expect.stringContaining('no TURN server: it sent «HTTP/1.1 400'),
    fix: expect.stringMatching(/^see what is behind TCP \d+ of 127\.0\.0\.1/),
  });
});

test('a server that relays for everybody is warned of', async () => {
  const { udp } = await doors((bytes) => {
    const request = decode(bytes);
    const attributes = request.method === METHOD.allocate ? [RELAYED] : [];
    return [reply(request, 'success', attributes)];
  });
  expect(await run('udp', { TURN_URLS: udp, ...STATIC })).toMatchObject({
    verdict: 'warn',
    evidence: expect.stringMatching(/works: .*, but asks nobody for credentials$/),
  });
});
