import { expect, test } from 'vitest';
import { endPhoneCall, reasonHeader } from '../../src/call/end-phone-call.ts';
import { FakeRoom } from '../helpers/fake-room.ts';

test('livekit-sip is asked to hang up with the reason', async () => {
  const room = new FakeRoom();
  await endPhoneCall(room.asRoom(), 'sip_1', 'idle');
  const payload = JSON.stringify({ headers: { Reason: 'Q.850;cause=16;text="idle"' } });
  expect(room.called).toMatchObject([
    { destinationIdentity: 'sip_1', method: 'lk.sip.EndCall', payload, responseTimeout: 1500 },
  ]);
});

test('where it does not answer, nothing comes of it', async () => {
  const room = new FakeRoom();
  room.answer = () => Promise.reject(new Error('recipient not found'));
  await expect(endPhoneCall(room.asRoom(), 'sip_1', 'idle')).resolves.toBeUndefined();
});

test('an end for want of an answer is a failure; a reason ends neither its text nor the header', () => {
  expect(reasonHeader('no answer')).toBe('Q.850;cause=41;text="no answer"');
  expect(reasonHeader('a"b\r\nVia: c\\')).toBe('Q.850;cause=16;text="a b  Via: c "');
});
