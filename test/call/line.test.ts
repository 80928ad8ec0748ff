import { ParticipantKind, type Room } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { type LineView, lineState, openLine } from '../../src/call/line.ts';
import type { CallerLink } from '../../src/call/link.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const WEB: LineView = {
  waitedMs: 0,
  heardForMs: undefined,
  hasOthers: false,
  isPhone: false,
  sipStatus: undefined,
  isConnected: true,
};
const PHONE: LineView = { ...WEB, isPhone: true, sipStatus: 'ringing' };

test.each<[string, LineView, string]>([
  ['a caller who does not hear the track yet is waited for', WEB, 'waiting'],
  ['a caller alone who hears it is spoken to at once', { ...WEB, heardForMs: 0 }, 'open'],
  ['a recorder that hears it is not the caller', { ...WEB, heardForMs: 0, hasOthers: true }, 'waiting'],
  ['a moment later the caller hears it too', { ...WEB, heardForMs: 300, hasOthers: true }, 'open'],
  ['not while no media reaches them', { ...WEB, heardForMs: 300, isConnected: false }, 'waiting'],
  ['a client that never listens is spoken to', { ...WEB, waitedMs: 10_000, isConnected: false }, 'open'],
  ['a phone that rings hears nothing', { ...PHONE, heardForMs: 5000, waitedMs: 100_000 }, 'waiting'],
  ['one that was picked up does', { ...PHONE, sipStatus: 'active' }, 'open'],
  ['one that rings for three minutes is not answered', { ...PHONE, waitedMs: 180_000 }, 'unanswered'],
  ['a gateway that says nothing is waited for', { ...PHONE, sipStatus: undefined, heardForMs: 1 }, 'waiting'],
  ['but not for ever', { ...PHONE, sipStatus: undefined, waitedMs: 10_000 }, 'open'],
])('%s', (_, view, state) => {
  expect(lineState(view)).toBe(state);
});

function ringing() {
  const phone = { kind: ParticipantKind.SIP, attributes: { 'sip.callStatus': 'ringing' }, info: {} };
  const room = { remoteParticipants: new Map([['phone', phone]]) } as unknown as Room;
  const link = { caller: { identity: 'phone' } } as unknown as CallerLink;
  const clock = manualClock();
  const line = openLine({ room, link, subscribed: Promise.resolve(), clock });
  return { phone, clock, line };
}

test('the line opens when the phone is picked up', async () => {
  const { phone, clock, line } = ringing();
  clock.advance(30_000);
  phone.attributes = { 'sip.callStatus': 'active' };
  clock.advance(20);
  expect(await line.opened).toBe('open');
});

test('a call that ends while it rings keeps nobody waiting', async () => {
  const { clock, line } = ringing();
  clock.advance(1000);
  line.close();
  expect(await line.opened).toBe('closed');
});
