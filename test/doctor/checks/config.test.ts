import { expect, test } from 'vitest';
import { refusedSettings, settings } from '../../../src/doctor/checks/config.ts';
import { ConfigError } from '../../../src/errors.ts';
import { configFrom } from '../../helpers/config.ts';
import { inside } from '../../helpers/inside.ts';

const SECRET = 's'.repeat(36);
const run = (env: Record<string, string>) => settings.run(inside({ LIVEKIT_API_SECRET: SECRET, ...env }));

test('what was understood is told without a secret, and where LiveKit is is kept', async () => {
  const means = inside({ LIVEKIT_URL: 'wss://lk.example.com', LIVEKIT_API_SECRET: SECRET });
  expect(await settings.run(means)).toBe('LiveKit at wss://lk.example.com, a secret of 36 characters');
  expect(means.seen.url).toBe('wss://lk.example.com');
});

test('quotes around a secret, and ws: for browsers elsewhere, are warned of', async () => {
  expect(await run({ LIVEKIT_API_SECRET: `"${SECRET}"` })).toMatchObject({
    verdict: 'warn',
    fix: expect.stringMatching(/^LIVEKIT_API_SECRET has quotes/),
  });
  expect(await run({ LIVEKIT_PUBLIC_URL: 'ws://lk.example.com:7880' })).toMatchObject({
    verdict: 'warn',
    fix: expect.stringContaining('LIVEKIT_PUBLIC_URL=wss://lk.example.com'),
  });
});

test('a short secret away from loopback, and whatever else was refused, is the failure of this hop', async () => {
  let refused: unknown;
  try {
    configFrom({ LIVEKIT_URL: 'wss://lk.example.com', LIVEKIT_API_SECRET: 'short' });
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(ConfigError);
  expect(await refusedSettings(refused as ConfigError).run(inside())).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringContaining('LIVEKIT_API_SECRET is 5 characters'),
    fix: expect.stringMatching(/^LIVEKIT_API_SECRET: at least 32: make one with `openssl rand/),
  });
});
