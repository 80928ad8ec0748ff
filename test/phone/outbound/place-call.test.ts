import { SipCallError } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { DialLimits } from '../../../src/phone/outbound/dial-limits.ts';
import { type CallOrder, placeCall } from '../../../src/phone/outbound/place-call.ts';
import { ownPlacedCalls } from '../../../src/phone/outbound/placed-calls.ts';
import { readSetup } from '../../../src/phone/read-setup.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { fakeLiveKit } from './fake-livekit.ts';

const setup = readSetup(
  'phone.yaml',
  `country: 60
outbound:
  main: { address: a.test, numbers: ["+60312340000"], allowedPrefixes: ["+603"], limits: { perMinute: 2, atOnce: 2, perDay: 3 } }
  other: { address: b.test, numbers: ["+60312340001"], allowedPrefixes: ["+601"] }`,
);
const busy = (code: string) =>
  new SipCallError('e', 'e', 500, 'unavailable', { sip_status_code: code, sip_status: 'Phrase' });

function dialling(name = 'voice-agent') {
  const [livekit, clock] = [fakeLiveKit(), manualClock()];
  const lines: object[] = [];
  const write = (fields: object) => void lines.push(fields);
  const gone = new AbortController();
  const parts = {
    ...{
      clients: livekit.clients,
      setup,
      clock,
      limits: new DialLimits(ownPlacedCalls(), () => clock.now()),
      signal: gone.signal,
    },
    agent: { name, deployment: '' },
    log: { info: write, warn: write },
  };
  const dial = (order: Partial<CallOrder> = {}) => placeCall({ to: '03-1234 5678', ...order }, parts);
  return { livekit, clock, lines, dial, gone };
}

test('the agent is there first, then the number rings; the attempt is logged, its number as personal', async () => {
  const { livekit, lines, dial } = dialling();
  const call = await dial({ prompt: 'reminder', variables: { name: 'Aisyah' } });
  expect(call).toMatchObject({
    result: 'answered',
    trunk: 'main',
    room: expect.stringMatching(/^out-main-/),
  });
  expect(livekit.asked).toEqual([
    ...['room out-main-', 'dispatch voice-agent', 'look', 'dial +60312345678 over ST_main'],
  ]);
  expect(JSON.parse(livekit.metadata)).toMatchObject({ prompt: 'reminder', variables: { name: 'Aisyah' } });
  expect(livekit.options).toMatchObject({
    ...{ fromNumber: '+60312340000', waitUntilAnswered: true, ringingTimeout: 30, maxCallDuration: 3600 },
  });
  expect(lines).toEqual([expect.objectContaining({ result: 'answered', pii_number: '+60312345678' })]);
  expect(JSON.stringify({ ...lines[0], pii_number: '' })).not.toContain('12345678');
});

test.each([
  ['486', 'busy'],
  ['600', 'busy'],
  ['480', 'no-answer'],
  ['408', 'no-answer'],
  ['487', 'no-answer'],
  ['603', 'declined'],
  ['404', 'failed'],
  ['503', 'failed'],
])('SIP %s is %s, and its room is gone', async (code, result) => {
  const { livekit, dial } = dialling();
  livekit.failure = busy(code);
  expect(await dial()).toMatchObject({ result, sipCode: Number(code), reason: `SIP ${code} Phrase` });
  expect(livekit.asked.at(-1)).toBe('delete out-main-');
});

test('without an agent nobody is called', async () => {
  const { livekit, clock, dial } = dialling();
  livekit.agentAfter = undefined;
  let call: unknown;
  void dial().then((placed) => {
    call = placed;
  });
  const later = () => {
    clock.advance(250);
    return call;
  };
  await expect.poll(later, { interval: 1, timeout: 20_000 }).toBeDefined();
  expect(call).toMatchObject({ result: 'failed', reason: expect.stringContaining('no agent came') });
  expect(livekit.asked.filter((one) => one.startsWith('dial'))).toEqual([]);
});

test('an agent without a name is not asked for: it comes into every room', async () => {
  const { livekit, dial } = dialling('');
  expect(await dial({ prompt: 'reminder' })).toMatchObject({ result: 'answered' });
  expect(livekit.asked).toEqual(['room out-main-', 'look', 'dial +60312345678 over ST_main']);
  expect(JSON.parse(livekit.metadata)).toMatchObject({ prompt: 'reminder' });
});

test('who asked and is gone before it rings has nobody called', async () => {
  const { livekit, dial, gone } = dialling();
  gone.abort(new Error('gone'));
  expect(await dial()).toMatchObject({ result: 'failed' });
  expect(livekit.asked.at(-1)).toBe('delete out-main-');
});

test.each([
  [{ to: '999' }, 'emergency'],
  [{ to: '+60 12 345 6789', trunk: 'main' }, 'not-allowed'],
  [{ to: '+4915112345678' }, 'not-allowed'],
  [{ to: 'my sister' }, 'no-number'],
  [{ trunk: 'third' }, 'no-trunk'],
])('%j is refused before anything is done: %s', async (order, refusal) => {
  const { livekit, dial } = dialling();
  await expect(dial(order)).rejects.toMatchObject({ refusal });
  expect(livekit.asked).toEqual([]);
});

test('limits hold by trunk: in a minute, at once by whoever placed them, in a day', async () => {
  const { livekit, clock, dial } = dialling();
  await dial();
  await dial();
  await expect(dial()).rejects.toMatchObject({
    retryAfterMs: 60_000,
    hint: expect.stringContaining('perMinute'),
  });
  clock.advance(60_000);
  livekit.rooms = ['out-main-1', 'out-main-2', 'out-other-1', 'phone-1'];
  await expect(dial()).rejects.toMatchObject({ hint: expect.stringContaining('atOnce') });
  livekit.rooms = ['out-main-1'];
  await dial();
  clock.advance(60_000);
  await expect(dial()).rejects.toMatchObject({ hint: expect.stringContaining('perDay') });
  clock.advance(24 * 3_600_000);
  expect(await dial()).toMatchObject({ result: 'answered' });
});

test('a trunk that LiveKit does not know is named, with what makes it', async () => {
  const { dial } = dialling();
  await expect(dial({ to: '+60123456789' })).rejects.toMatchObject({
    message: 'LiveKit has no outbound trunk other',
    hint: expect.stringContaining('sip apply'),
  });
});
