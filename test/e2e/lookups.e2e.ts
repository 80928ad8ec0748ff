import { expect, test } from 'vitest';
import { runIsolated } from './netns.ts';

const here = import.meta.dirname;

test('every name and every address outside would be seen', async () => {
  const seen = await runIsolated<Record<string, unknown>>(`${here}/isolated-proof.ts`);

  expect(seen).toEqual({
    answers: ['127.0.0.1', '127.0.0.1', 'ENOTFOUND', 'ENOTFOUND'],
    names: ['known.test', 'stun.l.google.com', 'unknown.livekit.cloud'],
    before: [],
    sentTo: expect.arrayContaining(['198.51.100.7', '203.0.113.8']),
    after: seen.sentTo,
  });
});

const settings: [string, Record<string, string>][] = [
  ['as it is configured by default', {}],
  // The framework would ask LiveKit Cloud for the end of a turn, were the on-device model not pinned.
  [
    "in the framework's development mode",
    { LIVEKIT_DEV_MODE: '1', TURN_DETECTION: 'model', VAD_PROVIDER: 'silero' },
  ],
];

test.each(settings)('a call looks up and reaches nothing but the configured hosts, %s', async (_, env) => {
  const seen = await runIsolated<Record<string, unknown>>(`${here}/isolated-call.ts`, JSON.stringify(env));

  expect(seen).toEqual({
    asked: ['Is my data plan still active?'],
    names: ['livekit.test', 'models.test'],
    destinations: [],
  });
});
