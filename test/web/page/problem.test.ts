import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Problem {
  code: string;
  title: string;
  detail?: string;
  hint?: string;
  action?: string;
  level?: string;
}
const { insecureProblem, microphoneProblem, serverProblem, problemOf } = await pageModule<{
  insecureProblem(page: { hostname: string; port: string }, canRecord: boolean): Problem | undefined;
  microphoneProblem(error: unknown): Problem;
  serverProblem(status: number, error?: { message?: string; hint?: string }): Problem;
  problemOf(error: unknown): Problem;
}>('problem.js');
const { connectProblem, endProblem, mixedContentProblem } = await pageModule<{
  connectProblem(error: unknown, attempt: object): Problem;
  endProblem(reason: string | undefined, ending: string | undefined): Problem | undefined;
  mixedContentProblem(pageProtocol: string, url: string): Problem | undefined;
}>('connection-problem.js');

const attempt = {
  url: 'wss://livekit.example',
  pageHost: 'agent.example',
  signalled: false,
  path: 'any',
  iceServers: ['turn:turn.example:3478?transport=udp', 'stun:turn.example:3478'],
};
const named = (name: string) => Object.assign(new Error('as the browser says it'), { name });

test.each([
  ['NotAllowedError', 'microphone-denied'],
  ['NotFoundError', 'microphone-missing'],
  ['OverconstrainedError', 'microphone-missing'],
  ['NotReadableError', 'microphone-busy'],
  ['TypeError', 'microphone'],
])('a microphone that fails with %s is explained, and the call can go on without it', (name, code) => {
  const problem = microphoneProblem(named(name));
  expect(problem).toMatchObject({ code, action: 'without-microphone' });
  expect(problem.hint).toBeTruthy();
});

test('a page that is not secure says how to open it so that it is', () => {
  expect(insecureProblem({ hostname: '10.0.0.7', port: '8080' }, true)).toBeUndefined();
  expect(insecureProblem({ hostname: '10.0.0.7', port: '8080' }, false)?.hint).toContain(
    'ssh -L 8080:localhost:8080 10.0.0.7',
  );
});

test("the server's own words are shown, and its silence is explained", () => {
  expect(serverProblem(403, { message: 'Not from here.', hint: 'Set WEB_TOKEN.' })).toMatchObject({
    code: 'not-allowed',
    title: 'Not from here.',
    hint: 'Set WEB_TOKEN.',
  });
  expect(serverProblem(0).code).toBe('server-unreachable');
  expect(serverProblem(200).title).toContain('not the server of this page');
});

test('a refused token, an unreachable LiveKit and a missing media path are told apart', () => {
  expect(connectProblem({ status: 401 }, attempt).code).toBe('token-refused');
  expect(connectProblem(new Error('no answer'), attempt)).toMatchObject({
    code: 'livekit-unreachable',
    title: 'LiveKit does not answer at wss://livekit.example.',
    hint: expect.stringContaining('LIVEKIT_PUBLIC_URL'),
  });
  expect(connectProblem(new Error('no path'), { ...attempt, signalled: true }).code).toBe('no-media-path');
});

test('a missing media path names the TURN servers, or that there are none', () => {
  const signalled = { ...attempt, signalled: true };
  const open = 'open one of these to this network, turn:turn.example:3478?transport=udp.';
  const hintOf = (path: string) => connectProblem(new Error(), { ...signalled, path }).hint;
  expect(hintOf('any')).toContain(`Neither LiveKit’s own ports nor a relay could be reached: ${open}`);
  expect(hintOf('relay')).toContain(`No relay could be reached: ${open}`);
  expect(hintOf('relay-udp')).toContain(`No relay could be reached: ${open}`);
  expect(hintOf('relay-tcp')).toContain('no TURN server of the chosen connection');
  expect(hintOf('any')).toContain('Check my connection');
  expect(connectProblem(new Error(), { ...signalled, iceServers: [] }).hint).toContain('no TURN server');
});

test('a loopback address given to a browser elsewhere is named as the fault', () => {
  const wrong = { ...attempt, url: 'ws://127.0.0.1:7880' };
  expect(connectProblem(new Error(), wrong).hint).toContain('is your own computer');
  expect(connectProblem(new Error(), { ...wrong, pageHost: 'localhost' }).hint).toContain(
    'that LiveKit runs',
  );
});

test('a token that an error quotes never reaches the page or its report', () => {
  const error = new Error('invalid token: eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e30.c2lnbmF0dXJl, error: bad');
  expect(connectProblem(error, attempt).detail).toBe('Error: invalid token: (token), error: bad');
  expect(problemOf(error).detail).not.toContain('eyJ');
});

test('an unencrypted LiveKit is only a problem for an encrypted page, and not on this machine', () => {
  expect(mixedContentProblem('https:', 'ws://livekit.example:7880')?.hint).toContain('wss://');
  expect(mixedContentProblem('https:', 'wss://livekit.example')).toBeUndefined();
  expect(mixedContentProblem('https:', 'ws://localhost:7880')).toBeUndefined();
  expect(mixedContentProblem('http:', 'ws://livekit.example:7880')).toBeUndefined();
});

test('an end that somebody wanted is no fault', () => {
  expect(endProblem('CLIENT_INITIATED', undefined)).toBeUndefined();
  expect(endProblem('ROOM_DELETED', 'idle')).toMatchObject({
    level: 'notice',
    title: expect.stringContaining('nobody'),
  });
  expect(endProblem('ROOM_DELETED', undefined)).toMatchObject({ level: 'notice', title: 'The call ended.' });
});

test('a lost connection says so, with the reason that LiveKit gave', () => {
  expect(endProblem('STATE_MISMATCH', undefined)).toMatchObject({
    code: 'connection-lost',
    detail: "LiveKit's reason: STATE_MISMATCH.",
    action: 'retry',
  });
  expect(endProblem(undefined, undefined)?.code).toBe('connection-lost');
});
