import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { colleaguesOf } from '../../src/host/colleagues.ts';
import { DialLimits } from '../../src/phone/outbound/dial-limits.ts';
import { ownPlacedCalls } from '../../src/phone/outbound/placed-calls.ts';
import { logInto } from '../helpers/call-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { perTest } from '../helpers/per-test.ts';

const folder = perTest(
  async () => ({ path: await mkdtemp(join(tmpdir(), 'colleagues-')) }),
  ({ path }) => rm(path, { recursive: true, force: true }),
);
const SETUP =
  'outbound: { main: { address: sip.test, numbers: ["+60312340000"], allowedPrefixes: ["+603"], limits: { perMinute: 1 } } }';

/** `people`: kinds of those in the room, 3 for phones, 4 for agents. */
/** No kind of LiveKit's: one who is hidden. */
const LISTENER = -1;

async function room(people: number[]) {
  const [did, clock] = [[] as unknown[], manualClock()];
  const setup = join(folder.path, 'phone.yaml');
  await writeFile(setup, SETUP);
  const colleagues = colleaguesOf({
    room: 'room-1',
    rooms: {
      deleteRoom: async (name) => void did.push(`deleted ${name}`),
      updateSubscriptions: async (...args) => void did.push(args),
      removeParticipant: async (...args) => void did.push(args),
      updateParticipant: async (...args) => did.push(args) as never,
      listParticipants: async () => {
        did.push('look');
        return people.map((kind, at) => ({
          ...{ kind, identity: `person-${at}` },
          permission: { hidden: kind === LISTENER, canPublish: true },
        })) as never;
      },
    },
    sip: {
      listSipOutboundTrunk: async () => [{ name: 'main', sipTrunkId: 'ST_main' }] as never,
      createSipParticipant: async (...args) => did.push(args) as never,
    },
    ...{ phone: { setup }, limits: new DialLimits(ownPlacedCalls()), log: logInto([]), clock },
  });
  return { did, clock, colleagues, people };
}

test('a colleague is called over the trunk that may, marked as one, and counted by its limits', async () => {
  const { colleagues, did } = await room([]);
  await colleagues.call('colleague-1', '+60311112222');
  const options = {
    participantIdentity: 'colleague-1',
    participantAttributes: { 'voice-agent.colleague': 'true' },
    ...{ fromNumber: '+60312340000', waitUntilAnswered: true, ringingTimeout: 30 },
  };
  expect(did).toEqual([['ST_main', '+60311112222', 'room-1', expect.objectContaining(options)]]);
  await expect(colleagues.call('colleague-2', '+60311112222')).rejects.toThrow('1 calls in a minute');
  await expect(colleagues.call('colleague-3', '+14155550100')).rejects.toThrow('no outbound trunk may call');
});

test('keys of somebody in the room go out no more, and all else that they may do stays', async () => {
  const { colleagues, did } = await room([3]);
  await colleagues.setKeys('person-0', false);
  const permission = { hidden: false, canPublish: true, canPublishData: false };
  expect(did).toEqual(['look', ['room-1', 'person-0', { permission }]]);
  await expect(colleagues.setKeys('nobody', true)).rejects.toThrow('no permissions');
});

test('a room of two ends when one has left, and is watched no more', async () => {
  const { colleagues, did, clock, people } = await room([3, 3, 4]);
  colleagues.endWithOne();
  await clock.waitsFor(2000);
  clock.advance(2000);
  await clock.waitsFor(2000);
  people.splice(0, 3, 3, LISTENER);
  clock.advance(2000);
  await expect.poll(() => did).toEqual(['look', 'look', 'deleted room-1']);
  expect(clock.pending()).toEqual([]);
});
