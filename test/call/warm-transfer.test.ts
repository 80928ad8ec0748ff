import { ParticipantKind, RoomEvent } from '@livekit/rtc-node';
import { SipCallError } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import type { Colleagues } from '../../src/call/host.ts';
import { CallScope } from '../../src/call/scope.ts';
import { warmTransfer } from '../../src/call/warm-transfer.ts';
import type { TransferTarget } from '../../src/persona/action-matter.ts';
import { logInto } from '../helpers/call-log.ts';
import { FakeRoom } from '../helpers/fake-room.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const TARGET: TransferTarget = { number: '+60312345678', warm: true };
const PERSONA = {
  ...{ transferring: 'Putting you through.', transferFailed: 'Nobody is there.' },
  ...{ transferWaiting: 'They have answered.', transferAccept: 'Press 1.' },
  transferStay: 'Stay on the line.',
};

/** A call whose agent's track is A, and whose caller's is C; the colleague's is D. `did` has what was done, in order. */
function calling(more: Partial<Colleagues> = {}, target: TransferTarget = TARGET) {
  const [room, clock, did] = [new FakeRoom(), manualClock(), [] as string[]];
  const scope = new CallScope({ log: logInto([]), clock });
  room.localParticipant.trackPublications.set('A', {});
  room.publish = async () => ({ sid: 'B' });
  room.joins('caller', { kind: ParticipantKind.SIP });
  room.publishes('caller', 'C');
  const name = (identity: string) => (identity.startsWith('colleague-') ? 'colleague' : identity);
  const answers = (identity: string) => {
    room.joins(identity, { kind: ParticipantKind.SIP, attributes: { 'voice-agent.colleague': 'true' } });
    room.publishes(identity, 'D');
  };
  const colleagues: Colleagues = {
    async call(identity, number) {
      did.push(`call ${number}`);
      answers(identity);
    },
    async setHeard(by, tracks, isHeard) {
      did.push(`${name(by)} ${isHeard ? 'hears' : 'hears no'} ${tracks.join('+')}`);
    },
    async setKeys(by, mayPress) {
      did.push(`keys of ${name(by)} ${mayPress ? 'go out' : 'stay'}`);
    },
    putOut: async (identity) => void did.push(`${name(identity)} put out`),
    endWithOne: () => void did.push('ends with one'),
    ...more,
  };
  const parts = {
    ...{ scope, host: { room: room.asRoom(), colleagues }, persona: PERSONA },
    session: {
      input: { setAudioEnabled: (on: boolean) => void did.push(on ? 'listens' : 'is deaf') },
      interrupt: () => {},
    },
    phrases: {
      say: (text: string) => {
        did.push(`says ${text}`);
        return { waitForPlayout: async () => {} };
      },
      soundOf: async (text: string) => {
        did.push(`sound of ${text}`);
        return new Int16Array(480);
      },
    },
    cover: { play: async () => void did.push('rings'), stop: () => void did.push('quiet') },
    link: { caller: { identity: 'caller' } },
    hangUp: { begin: (reason: string) => void did.push(`ends: ${reason}`) },
    summarise: async () => 'They want to pay.',
  };
  return { room, clock, scope, did, answers, parts, transferring: warmTransfer(target, parts as never) };
}

const busy = new SipCallError('e', 'e', 500, 'unavailable', { sip_status_code: '486', sip_status: 'Busy' });

type Calling = ReturnType<typeof calling>;

/** The colleague has been told all, and the agent waits so long. */
const told = ({ clock }: Calling, waitMs = 15_000) => clock.waitsFor(waitMs);

const colleagueOf = ({ room }: Calling): string =>
  [...room.remoteParticipants.keys()].find((one) => one !== 'caller') ?? '';

function press({ room }: Calling, key: string, who: string): void {
  room.emit(RoomEvent.DtmfReceived, 0, key, room.remoteParticipants.get(who));
}

test('a colleague is called in, told the summary while neither hears the other, and joined to the caller', async () => {
  const call = calling();
  await told(call);
  press(call, '1', colleagueOf(call));
  expect(await call.transferring).toBeUndefined();
  const { did } = call;
  const inOrder = [
    ...['is deaf', 'says Putting you through.', 'caller hears no B', 'call +60312345678'],
    ...[
      'colleague hears no A+C',
      'caller hears D',
      'quiet',
      'unpublished B',
      'ends with one',
      'ends: handed over',
    ],
  ];
  expect([...did, ...call.room.unpublished.map((sid) => `unpublished ${sid}`)]).toEqual(
    expect.arrayContaining(inOrder),
  );
  const at = (what: string) => did.indexOf(what);
  expect(at('keys of caller stay')).toBeLessThan(at('call +60312345678'));
  expect(at('caller hears D')).toBeLessThan(at('keys of caller go out'));
  expect(at('caller hears no B')).toBeLessThan(at('call +60312345678'));
  expect(at('caller hears no D')).toBeLessThan(at('caller hears D'));
  expect(at('call +60312345678')).toBeLessThan(at('caller hears no B+D'));
  expect(at('colleague hears no A+C')).toBeLessThan(at('colleague hears C'));
  expect(did).toContain('sound of They want to pay. Press 1.');
  expect(did).toContain('rings');
  expect(did).not.toContain('listens');
});

test('what the colleague sends before they answer is taken from the caller as it comes', async () => {
  const never = new Promise<void>(() => {});
  const { room, did, scope, transferring, answers } = calling({ call: () => never });
  await expect.poll(() => did).toContain('caller hears no B');
  await expect.poll(() => room.listenerCount(RoomEvent.TrackPublished)).toBe(1);
  answers([...room.remoteParticipants.keys()].find((one) => one !== 'caller') ?? 'colleague-other');
  expect(did).not.toContain('caller hears D');
  await scope.end({ reason: 'left', ok: true });
  await transferring;
});

test('the caller is told where the colleague is busy, and the agent listens again', async () => {
  const { did, transferring } = calling({ call: () => Promise.reject(busy) });
  expect(await transferring).toBe('SIP 486 Busy');
  expect(did.slice(-2)).toEqual(['listens', 'says Nobody is there.']);
  expect(did).not.toContain('ends with one');
});

test('a mailbox, which stays on the line and presses nothing, is not given the caller', async () => {
  const call = calling();
  await told(call);
  press(call, '1', 'caller');
  press(call, '2', colleagueOf(call));
  call.clock.advance(15_000);
  expect(await call.transferring).toBe('the colleague did not press 1');
  expect(call.did).toContain('colleague put out');
  expect(call.did).not.toContain('caller hears D');
  expect(call.did.slice(-2)).toEqual(['listens', 'says Nobody is there.']);
});

test('a colleague who presses the key during the summary has the caller at once', async () => {
  let played = () => {};
  const call = calling({}, TARGET);
  call.parts.phrases.soundOf = () => new Promise((resolve) => (played = () => resolve(new Int16Array(480))));
  await expect.poll(() => call.room.listenerCount(RoomEvent.DtmfReceived)).toBe(1);
  press(call, '1', colleagueOf(call));
  expect(await call.transferring).toBeUndefined();
  expect(call.did).toContain('caller hears D');
  played();
});

test('where the target says so, staying on the line is enough', async () => {
  const call = calling({}, { ...TARGET, accept: 'stay' });
  await told(call, 1500);
  call.clock.advance(1500);
  expect(await call.transferring).toBeUndefined();
  expect(call.did).toContain('sound of They want to pay. Stay on the line.');
});

test('a colleague who hangs up during the summary has refused', async () => {
  const call = calling();
  await told(call);
  call.room.leaves(colleagueOf(call));
  expect(await call.transferring).toBe('the colleague hung up');
  expect(call.did.slice(-2)).toEqual(['listens', 'says Nobody is there.']);
  expect(call.did).not.toContain('caller hears D');
});

test('a server that cannot keep the two apart joins nobody: the colleague is put out, and the caller told', async () => {
  const refuse = (by: string) =>
    by === 'caller' ? Promise.resolve() : Promise.reject(new Error('not allowed'));
  const { did, transferring } = calling({ setHeard: refuse });
  expect(await transferring).toBe('not allowed');
  expect(did).toContain('colleague put out');
  expect(did.at(-1)).toBe('says Nobody is there.');
});

test('a caller who hangs up while it rings: the colleague is rung no more, and nothing is said', async () => {
  const { did, scope, clock, transferring } = calling({ call: () => new Promise(() => {}) });
  await clock.waitsFor(45_000);
  await scope.end({ reason: 'left', ok: true });
  await transferring;
  expect(did).toContain('colleague put out');
  expect(did).not.toContain('says Nobody is there.');
});
