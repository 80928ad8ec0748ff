import { expect, test } from 'vitest';
import type { OutsideCheck } from '../../../src/doctor/outside/context.ts';
import { conversation } from '../../../src/doctor/outside/conversation.ts';
import { joinHearing, joinRelay } from '../../../src/doctor/outside/join-relay.ts';
import { relayLoss } from '../../../src/doctor/outside/relay-loss.ts';
import { AppError } from '../../../src/errors.ts';
import { tryFrom } from './hops.ts';

const alone = (check: OutsideCheck): OutsideCheck => ({ ...check, needs: [], after: [] });
const relays = [
  {
    server: { url: 'turn:127.0.0.1:1?transport=udp', host: '127.0.0.1', port: 1, transport: 'udp' as const },
    credentials: { username: 'u', password: 'c' },
    ...{ isEphemeral: false, from: 'livekit' as const },
  },
];

test('without WebRTC the media hops say where the rest is tried', async () => {
  const seen = { relays };
  const results = await tryFrom([joinRelay('udp'), relayLoss, conversation].map(alone), { seen });
  for (const result of results)
    expect(result).toMatchObject({
      verdict: 'skip',
      fix: expect.stringContaining('open «Check my connection» on the page for the rest'),
    });
});

test('a way that LiveKit does not name is skipped, and not failed', async () => {
  const [result] = await tryFrom([alone(joinRelay('tls'))], { seen: { relays } });
  expect(result).toMatchObject({ verdict: 'skip', cause: 'LiveKit names no TURN server over TLS' });
});

/** A pair each time it is asked for, of which the second participant hears so many packets, and nothing after that. */
function pairsThatHear(...packets: readonly number[]) {
  const left: number[] = [];
  const room = (pair: number, heard: number) => {
    const ear = { packets: 0 };
    return {
      ear,
      async until(what: string, isThere: () => boolean) {
        ear.packets += heard;
        if (!isThere()) throw new AppError(`waited for ${what}`);
      },
      leave: async () => void left.push(pair),
    };
  };
  let joined = 0;
  const join = async () => {
    const heard = packets[joined++] ?? 0;
    return [room(joined, 50), room(joined, heard)] as unknown as Awaited<
      ReturnType<typeof joinHearing>
    >['pair'];
  };
  return { join, left, joined: () => joined };
}

test('a pair that hears nothing leaves, and joins anew once, which is told', async () => {
  const { signal } = new AbortController();
  const second = pairsThatHear(0, 50);
  expect((await joinHearing(second.join, { signal })).deaf).toContain('heard 0 packets');
  expect(second).toMatchObject({ left: [1, 1] });
  const never = pairsThatHear(0, 0, 50);
  await expect(joinHearing(never.join, { signal })).rejects.toThrow('heard 0 packets');
  expect(never.left).toEqual([1, 1, 2, 2]);
});

test('a check that is interrupted does not join anew', async () => {
  const pairs = pairsThatHear(0, 50);
  await expect(joinHearing(pairs.join, { signal: AbortSignal.abort() })).rejects.toThrow('heard 0 packets');
  expect([pairs.joined(), pairs.left]).toEqual([1, [1, 1]]);
});
