import { EventEmitter } from 'node:events';
import {
  ConnectionQuality,
  DisconnectReason,
  ParticipantKind,
  type RemoteParticipant,
  type Room,
  RoomEvent,
} from '@livekit/rtc-node';
import { beforeEach, expect, test } from 'vitest';
import { asCaller, callersIn, whoIs } from '../../src/call/caller.ts';
import { type CallerLink, linkCaller } from '../../src/call/link.ts';
import type { CallScope } from '../../src/call/scope.ts';
import { scopeOn } from '../helpers/call-log.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

interface Person {
  kind?: ParticipantKind;
  hidden?: boolean;
  attributes?: Record<string, string>;
}

/** A room as the agent sees it. */
class FakeRoom extends EventEmitter {
  remoteParticipants = new Map<string, RemoteParticipant>();
  #joined = 0;

  joins(
    identity: string,
    { kind = ParticipantKind.STANDARD, hidden = false, attributes = {} }: Person = {},
  ): void {
    this.#joined += 1;
    const info = { joinedAt: BigInt(this.#joined), permission: { hidden } };
    const participant = { identity, kind, info, attributes } as unknown as RemoteParticipant;
    this.remoteParticipants.set(identity, participant);
    this.emit(RoomEvent.ParticipantConnected, participant);
  }

  leaves(identity: string, disconnectReason?: DisconnectReason): void {
    this.remoteParticipants.delete(identity);
    this.emit(RoomEvent.ParticipantDisconnected, { identity, disconnectReason });
  }

  isHeard(identity: string, quality: ConnectionQuality): void {
    this.emit(RoomEvent.ConnectionQualityChanged, quality, { identity });
  }
}

const RETURN_MS = 15_000;
const RELOAD_MS = 10_000;
let room: FakeRoom;
let clock: ManualClock;
let scope: CallScope;
let seen: string[];
beforeEach(() => {
  room = new FakeRoom();
  clock = manualClock();
  scope = scopeOn(clock);
  seen = [];
});

const asRoom = () => room as unknown as Room;

function link(): CallerLink {
  const [first] = callersIn(asRoom());
  if (!first) throw new Error('nobody is there');
  const made = linkCaller(asRoom(), asCaller(first), scope);
  made.follow({
    onChange: ({ identity }) => seen.push(identity),
    onAway: () => {},
    onReturn: () => seen.push('returned'),
    onGone: (how) => seen.push(how),
  });
  return made;
}

test('agents, recorders, media sources and hidden participants are no callers', () => {
  for (const kind of [ParticipantKind.AGENT, ParticipantKind.EGRESS, ParticipantKind.INGRESS])
    room.joins(`kind ${kind}`, { kind });
  room.joins('supervisor', { hidden: true });
  room.joins('phone', { kind: ParticipantKind.SIP });
  expect(callersIn(asRoom()).map(({ identity }) => identity)).toEqual(['phone']);
});

test('the first caller is served while they are there, whoever comes', () => {
  room.joins('a');
  const { caller } = link();
  room.joins('b');
  expect(caller.identity).toBe('a');
  expect(seen).toEqual([]);
});

test('when the first leaves, on purpose or not, the next is served', () => {
  room.joins('a');
  const made = link();
  room.joins('b');
  room.leaves('a', DisconnectReason.CLIENT_INITIATED);
  expect(made.caller.identity).toBe('b');
  room.joins('c');
  room.leaves('b', DisconnectReason.CONNECTION_TIMEOUT);
  expect(seen).toEqual(['b', 'c']);
});

test('a caller who was lost may come back, within the time; who comes under another identity is another caller', () => {
  room.joins('a');
  link();
  room.leaves('a', DisconnectReason.CONNECTION_TIMEOUT);
  clock.advance(RETURN_MS - 1);
  room.joins('recorder', { kind: ParticipantKind.EGRESS });
  room.joins('again');
  clock.advance(RETURN_MS);
  expect(seen).toEqual(['again']);
});

test('the same identity that comes back is the same caller', () => {
  room.joins('a');
  link();
  room.leaves('a', DisconnectReason.CONNECTION_TIMEOUT);
  room.joins('a');
  clock.advance(RETURN_MS);
  expect(seen).toEqual(['returned']);
});

test('a page that is loaded anew leaves on purpose, and its caller is waited for all the same, a shorter time', () => {
  room.joins('a', { attributes: { 'voice-agent.resumable': 'true' } });
  link();
  room.leaves('a', DisconnectReason.CLIENT_INITIATED);
  clock.advance(RELOAD_MS - 1);
  room.joins('a', { attributes: { 'voice-agent.resumable': 'true' } });
  clock.advance(RELOAD_MS);
  expect(seen).toEqual(['returned']);
  room.leaves('a', DisconnectReason.CLIENT_INITIATED);
  clock.advance(RELOAD_MS);
  expect(seen).toEqual(['returned', 'left']);
});

test('a caller whom the server put out, or whose room was deleted, is not waited for, whatever their page can', () => {
  room.joins('a', { attributes: { 'voice-agent.resumable': 'true' } });
  link();
  room.leaves('a', DisconnectReason.PARTICIPANT_REMOVED);
  expect(seen).toEqual(['left']);
});

test('nobody comes back: the call is lost', () => {
  room.joins('a');
  link();
  room.leaves('a', DisconnectReason.CONNECTION_TIMEOUT);
  clock.advance(RETURN_MS);
  expect(seen).toEqual(['lost']);
});

test.each([
  ['who hangs up', ParticipantKind.STANDARD, DisconnectReason.CLIENT_INITIATED],
  ['whose phone line is gone', ParticipantKind.SIP, DisconnectReason.CONNECTION_TIMEOUT],
])('a last caller %s is not waited for', (_, kind, reason) => {
  room.joins('a', { kind });
  link();
  room.leaves('a', reason);
  expect(seen).toEqual(['left']);
});

const PHONE = { 'sip.phoneNumber': '+60312345678', 'sip.trunkID': 'ST_a' };

test.each([
  ['a line that drops may call again', PHONE, DisconnectReason.CONNECTION_TIMEOUT, true],
  ['who hangs up does not', PHONE, DisconnectReason.CLIENT_INITIATED, false],
  ['whose number is withheld is not known again', {}, DisconnectReason.CONNECTION_TIMEOUT, false],
])('of phones %s', (_, attributes, reason, may) => {
  room.joins('sip_1', { kind: ParticipantKind.SIP, attributes });
  const [first] = callersIn(asRoom());
  if (!first) throw new Error('nobody is there');
  const outcomes: unknown[] = [];
  linkCaller(asRoom(), asCaller(first), scope).follow({
    ...{ onChange: () => {}, onAway: () => {}, onReturn: () => {} },
    onGone: (how, mayComeBack) => outcomes.push([how, mayComeBack]),
  });
  room.leaves('sip_1', reason);
  expect(outcomes).toEqual([['left', may]]);
});

test('a phone is who its number and trunk say, whatever the identity of its call; a token says its identity', () => {
  const phone = (identity: string, more: object = {}) =>
    whoIs({ identity, via: 'sip', attributes: { ...PHONE, ...more } });
  expect(phone('sip_1')).toBe(phone('sip_2'));
  expect(phone('sip_1')).not.toBe(phone('sip_1', { 'sip.trunkID': 'ST_b' }));
  expect(phone('sip_1', { 'sip.phoneNumber': 'anonymous' })).toBe('sip_1');
  expect(whoIs({ identity: phone('sip_1'), via: 'web', attributes: PHONE })).not.toBe(phone('sip_1'));
  expect(whoIs({ identity: 'a', via: 'web', attributes: PHONE })).toBe('a');
});

test('a crashed client that still stands in the room gives way to whoever comes, and has the call back when it recovers', () => {
  room.joins('a');
  link();
  room.isHeard('a', ConnectionQuality.QUALITY_LOST);
  expect(seen).toEqual([]);
  room.joins('b');
  expect(seen).toEqual(['b']);
  room.isHeard('a', ConnectionQuality.QUALITY_GOOD);
  expect(seen).toEqual(['b', 'a']);
});

test('a caller who left before anybody watched is waited for too', () => {
  room.joins('a');
  const [first] = callersIn(asRoom());
  if (!first) throw new Error('nobody is there');
  const early = linkCaller(asRoom(), asCaller(first), scope);
  room.leaves('a');
  early.follow({
    ...{ onChange: ({ identity }) => seen.push(identity), onGone: (how) => seen.push(how) },
    ...{ onAway: () => {}, onReturn: () => {} },
  });
  clock.advance(RETURN_MS);
  expect(seen).toEqual(['lost']);
});
