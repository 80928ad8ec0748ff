import { expect } from 'vitest';
import { useDoor } from './door.ts';
import { row } from './rows.ts';

/** What `sip apply` gives a trunk that says nothing of it. */
const RINGING_TIMEOUT_MS = 20_000;
const door = useDoor({
  prompts: {
    default: '---\ngreeting: Welcome to Contoh Telecom, how may I help you?\n---\nYou answer the phone.',
  },
  env: { MAX_CALLS: '1' },
});

row('every slot is taken: busy while it rings, long before the ringing timeout', async () => {
  const { phone, uri, rooms } = door();
  const [first, second] = [await phone(), await phone({ number: '+60123456780' })];
  first.call({ to: uri() });
  const { atMs } = await first.happened('answered');
  const began = performance.now();
  second.call({ to: uri() });
  const refused = await second.happened('failed', { timeoutMs: RINGING_TIMEOUT_MS });
  expect(refused).toMatchObject({ code: 486 });
  expect(refused.atMs - began).toBeLessThan(RINGING_TIMEOUT_MS);
  await first.waitForSpeech({ afterMs: atMs, timeoutMs: 20_000 });
  expect(first.events.some(({ event }) => event === 'ended')).toBe(false);
  expect(await rooms.listRooms()).toHaveLength(1);
  first.hangUp();
  return { heard: `${refused.code} ${refused.reason}`, ms: refused.atMs - began };
});
