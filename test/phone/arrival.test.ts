import { expect, test } from 'vitest';
import { admissionOf, calledNumber, promptOf } from '../../src/phone/arrival.ts';
import { wantedOf } from '../../src/phone/desired.ts';
import { readSetup } from '../../src/phone/read-setup.ts';

const SETUP = `
country: 60
inbound: {pbx: {allowedAddresses: [10.20.0.5]}}
numbers:
  '0312345678':
    callers: {'0123456789': vip}
    headers: {X-Queue: {sales: sales}}
    hours: {timezone: UTC, open: {mon-fri: '09:00-17:00'}, whenClosed: {say: We are closed.}}
`;

/** As the dispatch of a call to the number says it. */
function called() {
  const wanted = wantedOf({ setup: readSetup('x', SETUP), agentName: 'a', password: () => '' });
  const rule = wanted.find(({ kind }) => kind === 'dispatch rule')?.json as {
    roomConfig: { agents: [{ metadata: string }] };
  };
  const number = calledNumber(rule.roomConfig.agents[0].metadata);
  if (!number) throw new Error('not understood');
  return number;
}

test('what the set-up file says of a number reaches the agent', () => {
  expect(called()).toMatchObject({ number: '+60312345678', callers: { '+60123456789': 'vip' } });
});

test.each(['', '{}', 'billing', '{"prompt": "x"}', '{"phone": 1}', '[', '{"phone":{"number":"+1"}}'])(
  'dispatch metadata %j is no call to a number of ours',
  (text) => {
    expect(calledNumber(text)).toBeUndefined();
  },
);

test.each([
  ['a caller, as the exchange writes them', { 'sip.phoneNumber': '60123456789' }, 'vip'],
  ['a caller in national form', { 'sip.phoneNumber': '012-345 6789' }, 'vip'],
  ['another caller', { 'sip.phoneNumber': '+60111111111' }, undefined],
  ['a header, over the caller', { 'sip.phoneNumber': '+60123456789', 'sip.h.x-queue': 'sales' }, 'sales'],
  ['a header with another value', { 'sip.h.X-Queue': 'service' }, undefined],
  ['no number', { 'sip.phoneNumber': 'anonymous' }, undefined],
])('%s', (_, attributes, prompt) => {
  expect(promptOf(called(), attributes)).toBe(prompt);
});

test('out of hours the caller is told, or refused', () => {
  const { hours } = called();
  expect(admissionOf(hours, Date.parse('2026-11-27T10:00Z'))).toBe('answer');
  expect(admissionOf(hours, Date.parse('2026-11-28T10:00Z'))).toEqual({ say: 'We are closed.' });
  expect(admissionOf(undefined, 0)).toBe('answer');
  expect(hours && admissionOf({ ...hours, whenClosed: 'refuse' }, 0)).toBe('refuse');
});
