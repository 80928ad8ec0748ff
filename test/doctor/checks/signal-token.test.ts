import { expect, test } from 'vitest';
import { signalToken } from '../../../src/doctor/checks/signal-token.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const server = useEndpointServer();

/** As livekit-server 1.13.3 says it, at a time that differs from ours. */
async function answered(status: number, text: string, skewMs = 0) {
  const undo: (() => unknown)[] = [];
  const date = new Date(Date.now() + skewMs).toUTCString();
  server.on('GET /rtc/validate', ({ start, write, end }) => {
    start(status, { 'content-type': 'text/plain', date });
    void write(text);
    end();
  });
  const means = inside({ LIVEKIT_URL: server.origin }, { atEnd: (one) => undo.push(one) });
  return { found: await signalToken.run(means), means, undo };
}

test('a token that is taken is kept, and its room is ended with the run', async () => {
  const { found, means, undo } = await answered(200, 'success');
  expect(found).toMatch(/^LiveKit takes it; its clock differs by \d s$/);
  expect(means.seen.token).toBeDefined();
  server.on('POST /twirp/livekit.RoomService/DeleteRoom', ({ reply }) => reply(200, {}));
  await undo[0]?.();
  expect(server.requests.at(-1)?.json()).toEqual({ room: expect.stringMatching(/^voice-agent-check-/) });
});

test.each([
  ['an unknown key', 'invalid API key: APIxyz', 0, /none of the server’s `keys`/, /must be a pair/],
  ['another secret', 'invalid token: ey.J.x', 0, /the clocks agree/, /^LIVEKIT_API_SECRET must/],
  ['a clock behind', 'invalid token: ey.J.x', -400_000, /40\d s behind the one/, /^set the clocks/],
])('%s is told from the others', async (_, text, skewMs, cause, fix) => {
  const { found } = await answered(401, text, skewMs);
  expect(found).toMatchObject({
    ...{ verdict: 'fail', cause: expect.stringMatching(cause), fix: expect.stringMatching(fix) },
  });
  expect(JSON.stringify(found)).not.toContain('ey.J.x');
});

test('clocks that differ within what LiveKit takes are warned of', async () => {
  const { found } = await answered(200, 'success', 30_000);
  expect(found).toMatchObject({ verdict: 'warn', fix: expect.stringContaining('set the clocks') });
});
