import { expect } from 'vitest';
import { type Door, NUMBER, useDoor } from './door.ts';
import type { Call, PhoneEvent, PhoneOptions } from './phone.ts';
import { row } from './rows.ts';

const PASSWORD = 'password-of-the-trunk';
const LOCKED = '+60312340000';
const ELSEWHERE = '+60312341111';

const door = useDoor({
  worker: false,
  setup: `
country: 60
inbound:
  pbx: {allowedAddresses: [127.0.0.1], ringingTimeoutMs: 3000}
  locked: {allowedAddresses: [127.0.0.1], ringingTimeoutMs: 3000, auth: {username: exchange, passwordEnv: PASSWORD}}
  elsewhere: {allowedAddresses: [10.20.0.5]}
numbers:
  '${NUMBER}': {trunk: pbx}
  '${LOCKED}': {trunk: locked}
  '${ELSEWHERE}': {trunk: elsewhere}
`,
  variables: { PASSWORD },
});

/** A call that is dropped without a word is given up; one that is refused, however busy the machine is, is waited for. */
const GIVES_UP_AFTER_MS = 8000;
const REFUSED_WITHIN_MS = 20_000;

/** How a call ends that nobody answers; one that is only left to ring is given up. */
async function outcome(
  { phone }: Door,
  call: Call,
  options?: PhoneOptions,
  timeoutMs = REFUSED_WITHIN_MS,
): Promise<PhoneEvent | 'no answer'> {
  const caller = await phone(options);
  caller.call(call);
  return caller.happened('failed', { timeoutMs }).catch(() => 'no answer' as const);
}

const namesOf = async ({ rooms }: Door) => (await rooms.listRooms()).map(({ name }) => name);
const roomsOf = async (door: Door) => (await namesOf(door)).length;
const heard = (end: PhoneEvent | 'no answer'): string =>
  end === 'no answer' ? 'nothing' : `${end.code ?? ''} ${end.reason ?? ''}`.trim();

row('no worker at all: busy after the ringing timeout of the trunk', async () => {
  const began = performance.now();
  const end = await outcome(door(), { to: door().uri() });
  expect(end).toMatchObject({ code: 486 });
  const ms = performance.now() - began;
  // LiveKit's own, without the set-up, is 3 minutes.
  expect(ms).toBeLessThan(REFUSED_WITHIN_MS);
  return { heard: heard(end), ms };
});

row('a number without a rule makes no room', async () => {
  const before = await roomsOf(door());
  const end = await outcome(door(), { to: door().uri('+60399999999') }, {}, GIVES_UP_AFTER_MS);
  expect(await roomsOf(door())).toBe(before);
  return { heard: heard(end) };
});

row('a scanner’s call from an address that is not allowed makes no room', async () => {
  const before = await roomsOf(door());
  const end = await outcome(door(), { to: door().uri(ELSEWHERE) }, { number: '100' }, GIVES_UP_AFTER_MS);
  expect(await roomsOf(door())).toBe(before);
  return { heard: heard(end) };
});

row('a wrong password makes no room', async () => {
  const before = await roomsOf(door());
  const end = await outcome(door(), { to: door().uri(LOCKED), user: 'exchange', password: 'wrong' });
  expect(end).toMatchObject({ code: expect.any(Number) });
  expect(await roomsOf(door())).toBe(before);
  return { heard: heard(end) };
});

row('the right password rings', async () => {
  const before = await roomsOf(door());
  const caller = await door().phone();
  caller.call({ to: door().uri(LOCKED), user: 'exchange', password: PASSWORD });
  const ringing = () => caller.events.some(({ event, code }) => event === 'response' && code === 180);
  await caller.until('ringing', ringing, REFUSED_WITHIN_MS);
  // So that the next row counts it.
  await expect.poll(() => roomsOf(door())).toBeGreaterThan(before);
  return { heard: '180 Ringing' };
});

row('no codec in common is said, and makes no room', async () => {
  const before = await namesOf(door());
  const end = await outcome(door(), { to: door().uri() }, { codec: 'g729' });
  expect(end).toMatchObject({ code: expect.any(Number) });
  // The room of the row before may go meanwhile.
  expect((await namesOf(door())).filter((name) => !before.includes(name))).toEqual([]);
  return { heard: heard(end) };
});
