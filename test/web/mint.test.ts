import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { dispatchMetadata, mintToken } from '../../src/web/mint.ts';

const livekit = { apiKey: 'key', apiSecret: 'a-secret-of-at-least-thirty-two-characters' };

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

test('a caller token can join its one room with a microphone and data, and do nothing else', async () => {
  const request = { livekit, agentName: 'voice-agent', room: 'r1', identity: 'web-1', name: 'Aisyah' };
  const token = await mintToken({ ...request, prompt: 'phone', variables: { plan: 'gold' }, ttlMs: 60_000 });
  const { exp, nbf, roomConfig, ...claims } = claimsOf(token);
  expect(claims).toEqual({
    iss: 'key',
    sub: 'web-1',
    name: 'Aisyah',
    video: {
      roomJoin: true,
      room: 'r1',
      canPublish: true,
      canPublishSources: ['microphone'],
      canPublishData: true,
      canSubscribe: true,
      canUpdateOwnMetadata: false,
    },
  });
  expect(roomConfig).toMatchObject({
    agents: [{ agentName: 'voice-agent', metadata: '{"prompt":"phone","variables":{"plan":"gold"}}' }],
  });
  expect(Number(exp) - Number(nbf)).toBe(60);
});

test('the token is signed with the secret', async () => {
  const token = await mintToken({ livekit, agentName: '', room: 'r1', identity: 'web-1', ttlMs: 60_000 });
  await expect(new TokenVerifier('key', livekit.apiSecret).verify(token)).resolves.toBeDefined();
  await expect(new TokenVerifier('key', 'another secret').verify(token)).rejects.toThrow();
});

test('without an agent name the room is left to automatic dispatch', async () => {
  const token = await mintToken({ livekit, agentName: '', room: 'r1', identity: 'web-1', ttlMs: 60_000 });
  expect(claimsOf(token)).not.toHaveProperty('roomConfig');
});

test('metadata says only what was asked for', () => {
  expect(dispatchMetadata({})).toBe('');
  expect(dispatchMetadata({ prompt: 'phone' })).toBe('{"prompt":"phone"}');
});
