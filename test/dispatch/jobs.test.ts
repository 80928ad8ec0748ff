import { AvailabilityRequest, type Job, JobAssignment } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { CHECK_ROOM_PREFIX } from '../../src/config/check-room.ts';
import type { ToLiveKit } from '../../src/dispatch/agent-socket.ts';
import type { AssignedJob } from '../../src/dispatch/host-messages.ts';
import { Jobs } from '../../src/dispatch/jobs.ts';
import { createSlots } from '../../src/dispatch/slots.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

function createJobs({ maxCalls = 2, isStopping = false } = {}) {
  const clock = manualClock();
  const log = keptLog();
  const said: ToLiveKit[] = [];
  const taken: AssignedJob[] = [];
  const waiting = new Set<string>();
  const facts: CallFact[] = [];
  const slots = createSlots(maxCalls);
  const jobs = new Jobs({
    ...{ slots, url: 'ws://livekit', clock, log, report: (fact) => facts.push(fact) },
    send: (message) => said.push(message),
    take: (job) => taken.push(job),
    withdraw: (jobId) => waiting.delete(jobId),
    isStopping: () => isStopping,
  });
  const answers = () =>
    said.flatMap(({ case: kind, value }) =>
      kind === 'availability' ? [[value.jobId, value.available, value.participantIdentity]] : [],
    );
  const states = () =>
    said.flatMap(({ case: kind, value }) => (kind === 'updateJob' ? [[value.jobId, value.toJson()]] : []));
  return { jobs, slots, clock, log, facts, said, taken, waiting, answers, states };
}

const offer = (id: string, room = `room-of-${id}`) =>
  new AvailabilityRequest({ job: { id, room: { name: room } } });
const assignment = (id: string, job: ConstructorParameters<typeof Job>[0] = {}) =>
  new JobAssignment({ job: { id, room: { name: 'room', sid: 'RM_1' }, ...job }, token: `token-${id}` });

test('an offer is answered before anything else, with the identity that the agent will have', () => {
  const { jobs, answers, said } = createJobs();
  jobs.offered(offer('AJ_1'));
  expect(answers()).toEqual([['AJ_1', true, 'agent-AJ_1']]);
  expect(said).toHaveLength(1);
});

test('beyond the slots, while stopping, and for the rooms of the media check the answer is no', () => {
  const { jobs, answers, facts } = createJobs({ maxCalls: 1 });
  jobs.offered(offer('AJ_check', `${CHECK_ROOM_PREFIX}1`));
  jobs.offered(offer('AJ_1'));
  jobs.offered(offer('AJ_2'));
  expect(answers().map(([id, available]) => [id, available])).toEqual([
    ['AJ_check', false],
    ['AJ_1', true],
    ['AJ_2', false],
  ]);
  expect(facts).toEqual([{ fact: 'call-refused', why: 'full' }]);
  const stopping = createJobs({ isStopping: true });
  stopping.jobs.offered(offer('AJ_1'));
  expect(stopping.facts).toEqual([{ fact: 'call-refused', why: 'stopping' }]);
  expect(stopping.answers()).toEqual([['AJ_1', false, 'agent-AJ_1']]);
});

test('an assigned job is handed on with all that chooses its prompt, and its state is told to LiveKit', () => {
  const { jobs, taken, states, slots } = createJobs();
  jobs.offered(offer('AJ_1'));
  jobs.assigned(
    assignment('AJ_1', { metadata: '{"prompt":"phone"}', attributes: { plan: 'gold' }, dispatchId: 'AD_1' }),
  );
  expect(taken).toEqual([
    {
      ...{ id: 'AJ_1', dispatchId: 'AD_1', agentName: '', roomName: 'room', roomSid: 'RM_1' },
      ...{ metadata: '{"prompt":"phone"}', attributes: { plan: 'gold' } },
      ...{ url: 'ws://livekit', token: 'token-AJ_1', identity: 'agent-AJ_1' },
    },
  ]);
  jobs.joined('AJ_1');
  jobs.ended('AJ_1', { ok: true, reason: 'caller left' });
  jobs.offered(offer('AJ_2'));
  jobs.assigned(assignment('AJ_2'));
  jobs.ended('AJ_2', { ok: false, reason: 'room not reached' });
  expect(states()).toEqual([
    ['AJ_1', { jobId: 'AJ_1', status: 'JS_RUNNING' }],
    ['AJ_1', { jobId: 'AJ_1', status: 'JS_SUCCESS' }],
    ['AJ_2', { jobId: 'AJ_2', status: 'JS_FAILED', error: 'room not reached' }],
  ]);
  expect(slots.used()).toBe(0);
});

test('an accepted job that is not assigned within 10 s gives its slot back', () => {
  const { jobs, slots, clock, answers } = createJobs({ maxCalls: 1 });
  jobs.offered(offer('AJ_1'));
  clock.advance(9999);
  expect(slots.used()).toBe(1);
  clock.advance(1);
  expect(slots.used()).toBe(0);
  jobs.offered(offer('AJ_2'));
  expect(answers().at(-1)).toEqual(['AJ_2', true, 'agent-AJ_2']);
});

test('an assignment that comes after that, or for a job that was never offered, is refused with a line in the log', () => {
  const { jobs, clock, taken, states, log } = createJobs();
  jobs.offered(offer('AJ_late'));
  clock.advance(10_000);
  jobs.assigned(assignment('AJ_late'));
  jobs.assigned(assignment('AJ_never'));
  expect(taken).toEqual([]);
  expect(states().map(([id]) => id)).toEqual(['AJ_late', 'AJ_never']);
  expect(log.lines.filter(({ msg }) => msg.includes('ignored'))).toHaveLength(2);
});

test('the same job twice is one job', () => {
  const { jobs, slots, taken, answers } = createJobs();
  jobs.offered(offer('AJ_1'));
  jobs.offered(offer('AJ_1'));
  jobs.assigned(assignment('AJ_1'));
  jobs.assigned(assignment('AJ_1'));
  jobs.offered(offer('AJ_1'));
  expect(answers().map(([, available]) => available)).toEqual([true, true, false]);
  expect(taken).toHaveLength(1);
  expect(slots.used()).toBe(1);
});

test('LiveKit can end a job whose call has not begun, and not a call', () => {
  const { jobs, slots, waiting, said } = createJobs();
  for (const id of ['AJ_1', 'AJ_2']) {
    jobs.offered(offer(id));
    jobs.assigned(assignment(id));
  }
  waiting.add('AJ_2');
  said.length = 0;
  jobs.terminated('AJ_1');
  expect(slots.used()).toBe(2);
  jobs.terminated('AJ_2');
  expect(slots.used()).toBe(1);
  jobs.terminated('AJ_unknown');
  expect(said).toEqual([]);
});

test('with the connection the accepted offers are gone, the calls are not', () => {
  const { jobs, slots, clock } = createJobs();
  jobs.offered(offer('AJ_1'));
  jobs.assigned(assignment('AJ_1'));
  jobs.offered(offer('AJ_2'));
  jobs.forgetOffers();
  expect(slots.used()).toBe(1);
  clock.advance(60_000);
  expect(slots.used()).toBe(1);
});

test('a room is given one agent: a second job for it ends while the first agent has not joined, and is taken after', () => {
  const { jobs, said, taken } = createJobs();
  const ended = () =>
    said.flatMap(({ case: kind, value }) =>
      kind === 'availability' ? [[value.available, value.terminate]] : [],
    );
  jobs.offered(offer('AJ_1', 'room'));
  jobs.offered(offer('AJ_2', 'room'));
  jobs.assigned(assignment('AJ_1'));
  jobs.offered(offer('AJ_3', 'room'));
  expect(ended()).toEqual([
    [true, false],
    [false, true],
    [false, true],
  ]);
  jobs.joined('AJ_1');
  jobs.offered(offer('AJ_4', 'room'));
  expect(ended().at(-1)).toEqual([true, false]);
  jobs.ended('AJ_4', { ok: false, reason: 'room not reached' });
  expect(taken.map(({ id }) => id)).toEqual(['AJ_1']);
});

test('a room has its agent while that is on its way, and until 5 s after it is back from a break', () => {
  const { jobs, clock, said } = createJobs();
  jobs.offered(offer('AJ_1', 'room'));
  expect([jobs.isComing('room'), jobs.isComing('another'), jobs.isComing('')]).toEqual([true, false, false]);
  jobs.assigned(assignment('AJ_1'));
  jobs.joined('AJ_1');
  expect(jobs.isComing('room')).toBe(false);
  jobs.broke('AJ_1');
  clock.advance(60_000);
  jobs.offered(offer('AJ_2', 'room'));
  expect(said.at(-1)?.value).toMatchObject({ jobId: 'AJ_2', available: false, terminate: true });
  jobs.joined('AJ_1');
  clock.advance(4999);
  expect(jobs.isComing('room')).toBe(true);
  clock.advance(1);
  expect(jobs.isComing('room')).toBe(false);
});
