import { expect, test } from 'vitest';
import { sipFailure } from '../../../src/phone/outbound/sip-result.ts';

test.each([
  ['twirp error unknown: sip request timed out', 'no-answer'],
  ['twirp error unknown: transaction failed to complete (2 intermediate responses)', 'no-answer'],
  ['twirp error unknown: transaction failed to complete (0 intermediate responses)', 'failed'],
  ['twirp error deadline_exceeded: context deadline exceeded', 'no-answer'],
  ['no agent came: nobody was called', 'failed'],
])('%s is %s', (message, result) => {
  expect(sipFailure(new Error(message))).toEqual({ result, reason: message });
});

test('no number stands in a reason', () => {
  expect(sipFailure(new Error('sip:+60312345678@pbx is gone')).reason).toBe('sip:<number>@pbx is gone');
});
