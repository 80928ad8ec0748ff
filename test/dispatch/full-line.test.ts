import { expect, test } from 'vitest';
import { refuseWhenFull } from '../../src/dispatch/full-line.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const PHONE = { kind: 3, attributes: { 'sip.callStatus': 'ringing' } };
const AGENT = { kind: 4, attributes: {} };
const BROWSER = { kind: 0, attributes: {} };

function line({ isFull = true } = {}) {
  const [clock, log] = [manualClock(), keptLog()];
  const rooms = new Map<string, object[]>();
  const asked: string[] = [];
  const facts: CallFact[] = [];
  const state = { isFull, coming: '', jobs: [] as object[] };
  const stop = refuseWhenFull({
    ...{ clock, log, isFull: () => state.isFull, report: (fact) => facts.push(fact) },
    isComing: (room) => room === state.coming,
    dispatches: { listDispatch: async () => [{ state: { jobs: state.jobs } }] as never },
    rooms: {
      async listRooms() {
        asked.push('rooms');
        return [...rooms.keys()].map((name) => ({ name })) as never;
      },
      async listParticipants(name) {
        asked.push(name);
        return (rooms.get(name) ?? []) as never;
      },
      async deleteRoom(name) {
        rooms.delete(name);
      },
    },
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { rooms, asked, facts, state, pass, stop, clock };
}

test('a phone that rings for two seconds without an agent is refused', async () => {
  const { rooms, pass, facts } = line();
  rooms.set('a', [PHONE]);
  await pass(2500);
  expect([...rooms.keys()]).toEqual(['a']);
  await pass(1000);
  expect([...rooms.keys()]).toEqual([]);
  expect(facts).toEqual([{ fact: 'call-refused', why: 'phone' }]);
});

test('one whose agent comes in time is not, nor a call that was picked up, nor a browser', async () => {
  const { rooms, pass, asked } = line();
  rooms.set('a', [PHONE]);
  rooms.set('b', [{ ...PHONE, attributes: { 'sip.callStatus': 'active' } }]);
  rooms.set('c', [BROWSER]);
  rooms.set('d', [PHONE, BROWSER]);
  rooms.set('e', []);
  await pass(1500);
  rooms.set('a', [PHONE, AGENT]);
  await pass(60_000);
  expect([...rooms.keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(asked.filter((name) => name === 'b')).toHaveLength(1);
});

test('one whose agent is on its way, from here or from elsewhere, rings on', async () => {
  const { rooms, pass, state } = line();
  rooms.set('a', [PHONE]);
  state.coming = 'a';
  await pass(10_000);
  state.coming = '';
  state.jobs = [{ state: { status: 1 } }];
  await pass(10_000);
  expect([...rooms.keys()]).toEqual(['a']);
  state.jobs = [{ state: { status: 3 } }];
  await pass(2000);
  expect([...rooms.keys()]).toEqual([]);
});

test('with a free slot nothing is asked, but for who called just before it was free', async () => {
  const { rooms, pass, asked, state, stop, clock } = line({ isFull: false });
  await pass(10_000);
  expect(asked).toEqual([]);
  state.isFull = true;
  await pass(1000);
  rooms.set('a', [PHONE]);
  state.isFull = false;
  await pass(4000);
  expect([...rooms.keys()]).toEqual([]);
  stop();
  expect(clock.pending()).toEqual([]);
});
