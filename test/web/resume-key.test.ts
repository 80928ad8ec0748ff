import { expect, test } from 'vitest';
import { makeResumeKey, readResumeKey } from '../../src/web/resume-key.ts';
import { perTest } from '../helpers/per-test.ts';
import { createTestWeb, LOCAL, REMOTE, type TestWeb, TOKEN, tokenRequest } from '../helpers/web.ts';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
const CALLER = { room: 'call-1', identity: 'web-1' };

test('a key gives back the room and the identity that it was made for, under the same secret', () => {
  const key = makeResumeKey(SECRET, CALLER, 1000);
  expect(readResumeKey(SECRET, key, 999)).toEqual(CALLER);
  expect(readResumeKey(SECRET, key, 999, 'call-1')).toEqual(CALLER);
  expect(makeResumeKey(SECRET, CALLER, 1000)).not.toBe(key);
});

const key = makeResumeKey(SECRET, CALLER, 1000);
const [text = '', signature = ''] = key.split('.');
const forged = Buffer.from(JSON.stringify({ ...CALLER, identity: 'web-2', untilMs: 1000, salt: '' }));

test.each([
  ['empty', '', SECRET],
  ['without a signature', text, SECRET],
  ['with another content', `${forged.toString('base64url')}.${signature}`, SECRET],
  ['with a longer signature', `${key}AAAA`, SECRET],
  ['with a part more', `${key}.${signature}`, SECRET],
  ['of another secret', key, 'another-secret-of-at-least-32-characters'],
])('a key %s is refused, and not repeated in the error', (_what, given, secret) => {
  const read = () => readResumeKey(secret, given, 0);
  expect(read).toThrow(
    expect.objectContaining({ statusCode: 403, message: expect.stringContaining('not one of') }),
  );
});

test('a key whose time is over, or for another room, is refused as that', () => {
  expect(() => readResumeKey(SECRET, key, 1000)).toThrow(expect.objectContaining({ statusCode: 410 }));
  const elsewhere = () => readResumeKey(SECRET, key, 999, 'call-2');
  expect(elsewhere).toThrow(
    expect.objectContaining({ statusCode: 403, message: expect.stringContaining('another room') }),
  );
});

const web = perTest<TestWeb>(
  () => createTestWeb({ RESUME_WITHIN_MS: '60000', MAX_CALL_MS: '120000', TOKEN_TTL_MS: '30000' }),
  ({ app }) => app.close(),
);

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
const ask = async (payload: object) => (await web.app.inject(tokenRequest(payload))).json();

test('a page that can come back gets a key, and for it the same identity in the same room with another key', async () => {
  const first = await ask({ resumable: true, prompt: 'phone' });
  expect(first.resume).toEqual({ key: expect.any(String), withinMs: 60_000 });
  expect(claimsOf(first.token).attributes).toEqual({ 'voice-agent.resumable': 'true' });
  const again = await ask({ resumeKey: first.resume.key, prompt: 'phone' });
  expect(again).toMatchObject({ room: first.room, identity: first.identity });
  expect(claimsOf(again.token)).toMatchObject({
    ...{ sub: first.identity, video: { room: first.room }, attributes: { 'voice-agent.resumable': 'true' } },
    roomConfig: { agents: [{ metadata: '{"prompt":"phone"}' }] },
  });
  expect(again.resume.key).not.toBe(first.resume.key);
});

test('a key may be used again, as an answer may be lost on its way: it is the same caller', async () => {
  const { resume, identity } = await ask({ resumable: true });
  await ask({ resumeKey: resume.key });
  expect((await ask({ resumeKey: resume.key })).identity).toBe(identity);
});

test('who asks for no key, and who names a known room without one, gets a new identity', async () => {
  const first = await ask({ resumable: true, room: 'team-1' });
  const stranger = await ask({ room: 'team-1' });
  expect(stranger.identity).not.toBe(first.identity);
  expect(stranger.resume).toBeUndefined();
  expect(claimsOf(stranger.token).attributes).toBeUndefined();
});

test('a key is of use for as long as the longest call lasts and may be come back to, and refused after that', async () => {
  const { resume } = await ask({ resumable: true });
  await web.clock.pass(30_000 + 120_000 + 60_000 - 1);
  expect((await web.app.inject(tokenRequest({ resumeKey: resume.key }))).statusCode).toBe(200);
  await web.clock.pass(1);
  const late = await web.app.inject(tokenRequest({ resumeKey: resume.key }));
  expect(late.statusCode).toBe(410);
  expect(late.json().error.hint).toContain('begins anew');
});

test('a key of another replica with the same secret is taken; one of another LiveKit is not', async () => {
  const { resume, identity } = await ask({ resumable: true });
  const replica = createTestWeb();
  const stranger = createTestWeb({ LIVEKIT_API_SECRET: 'another-secret-of-at-least-32-characters' });
  const request = tokenRequest({ resumeKey: resume.key });
  expect((await replica.app.inject(request)).json().identity).toBe(identity);
  expect((await stranger.app.inject(request)).statusCode).toBe(403);
  await Promise.all([replica.app.close(), stranger.app.close()]);
});

test('a token of LiveKit is no key, and a key no token: it opens nothing but the token route', async () => {
  const { token, resume, room } = await ask({ resumable: true });
  expect((await web.app.inject(tokenRequest({ resumeKey: token }))).statusCode).toBe(403);
  const headers = { ...LOCAL.headers, authorization: `Bearer ${resume.key}` };
  const status = await web.app.inject({ ...LOCAL, url: `/api/calls/${room}/agent`, headers });
  expect(status.statusCode).toBe(401);
});

test('a key opens nothing without the credential, nor a room that the credential may not have', async () => {
  const files = { '/demo': 'token-of-the-demo-department' };
  const list = [{ name: 'demo', tokenFile: '/demo', may: ['join'], rooms: ['demo-*'] }];
  const env = { WEB_TOKEN: TOKEN, WEB_CREDENTIALS: JSON.stringify(list) };
  const closed = createTestWeb(env, false, files);
  const post = async (payload: object, bearer?: string) => {
    const headers = { ...REMOTE.headers, ...(bearer && { authorization: `Bearer ${bearer}` }) };
    return closed.app.inject(tokenRequest(payload, { ...REMOTE, headers }));
  };
  const { resume } = (await post({ resumable: true }, TOKEN)).json();
  expect((await post({ resumeKey: resume.key })).statusCode).toBe(401);
  expect((await post({ resumeKey: resume.key }, files['/demo'])).statusCode).toBe(403);
  await closed.app.close();
});

test('neither keys that are taken nor those that are refused stand in the log or in an answer to another', async () => {
  const { resume } = await ask({ resumable: true });
  await ask({ resumeKey: resume.key });
  const wrong = `${resume.key}A`;
  const refused = await web.app.inject(tokenRequest({ resumeKey: wrong }));
  expect(refused.statusCode).toBe(403);
  const tooLong = await web.app.inject(tokenRequest({ resumeKey: wrong.repeat(9) }));
  expect(tooLong.statusCode).toBe(400);
  const said = web.lines.join('') + refused.body + tooLong.body;
  expect(said).toContain('"isReturn":true');
  expect(said).not.toContain(resume.key.slice(0, 40));
});

test('callers who come back count by themselves, so that all of an office can at once', async () => {
  const keys = await Promise.all(
    Array.from({ length: 25 }, async () => (await ask({ resumable: true })).resume.key),
  );
  const returns = await Promise.all(keys.map((resumeKey) => web.app.inject(tokenRequest({ resumeKey }))));
  expect(returns.map(({ statusCode }) => statusCode)).toEqual(keys.map(() => 200));
  const [mine] = keys;
  for (let i = 1; i < 30; i++) await web.app.inject(tokenRequest({ resumeKey: mine }));
  expect((await web.app.inject(tokenRequest({ resumeKey: mine }))).statusCode).toBe(429);
});

test('a caller who comes back to an open room without an agent gets one at once; where LiveKit is away, the token all the same', async () => {
  const { resume } = await ask({ resumable: true, prompt: 'phone' });
  await ask({ resumeKey: resume.key, prompt: 'phone' });
  await expect.poll(() => web.livekit.requests).toEqual(['create voice-agent {"prompt":"phone"}']);
  web.livekit.failure = new Error('LiveKit is away');
  expect((await ask({ resumeKey: resume.key })).token).toBeDefined();
});
