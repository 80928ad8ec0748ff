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
