import { expect, test } from 'vitest';
import type { OutsideCheck } from '../../../src/doctor/outside/context.ts';
import { conversation } from '../../../src/doctor/outside/conversation.ts';
import { joinRelay } from '../../../src/doctor/outside/join-relay.ts';
import { relayLoss } from '../../../src/doctor/outside/relay-loss.ts';
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
