import { EventEmitter } from 'node:events';
import { type Room, RoomEvent } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { onHangUpCommand } from '../../src/call/commands.ts';
import { scopeOn } from '../helpers/call-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const CALLER = 'caller';

/** A room of one caller; `send` is a data packet as rtc-node passes it on. */
function roomWithCaller() {
  const room = new EventEmitter();
  let hangUps = 0;
  const refused: string[] = [];
  onHangUpCommand({
    scope: scopeOn(manualClock()),
    room: room as unknown as Room,
    isCaller: (identity) => identity === CALLER,
    refuse: (_input, reason) => refused.push(reason),
    onHangUp: () => {
      hangUps += 1;
    },
  });
  const send = (text: string, from: string | undefined, topic = 'voice-agent.command') => {
    const sender = from === undefined ? undefined : { identity: from };
    room.emit(RoomEvent.DataReceived, new TextEncoder().encode(text), sender, 1, topic);
    return hangUps;
  };
  return { send, refused };
}

const HANG_UP = JSON.stringify({ type: 'hang-up' });

test('the caller hangs up', () => {
  expect(roomWithCaller().send(HANG_UP, CALLER)).toBe(1);
});

test('no other participant hangs up for the caller, nor does a packet without a sender', () => {
  const { send } = roomWithCaller();
  expect(send(HANG_UP, 'somebody else')).toBe(0);
  expect(send(HANG_UP, undefined)).toBe(0);
  expect(send(HANG_UP, '')).toBe(0);
});

test.for(['', '{', 'null', '[]', '"hang-up"', '{"type":["hang-up"]}', '['.repeat(100_000), '\ud800'])(
  'a command that is none is ignored: %#',
  (text) => {
    expect(roomWithCaller().send(text, CALLER)).toBe(0);
  },
);

test('what others send is refused for its sender, a huge command unread, and of many all but the first', () => {
  const { send, refused } = roomWithCaller();
  send(HANG_UP, 'somebody else');
  send(`{"type":"hang-up","more":"${'x'.repeat(2000)}"}`, CALLER);
  expect(refused).toEqual(['sender', 'size']);
  for (let n = 0; n < 100; n += 1) send('{}', CALLER);
  expect(refused.filter((reason) => reason === 'rate')).toHaveLength(95);
});

test('a command on another topic is none', () => {
  expect(roomWithCaller().send(HANG_UP, CALLER, 'lk.chat')).toBe(0);
});
