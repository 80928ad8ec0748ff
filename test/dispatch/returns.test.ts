import { expect, test } from 'vitest';
import type { CallEnd } from '../../src/dispatch/call-end.ts';
import type { AssignedJob, CallStart } from '../../src/dispatch/host-messages.ts';
import { KeptCalls, keyOf } from '../../src/dispatch/kept-calls.ts';
import { Returns } from '../../src/dispatch/returns.ts';
import type { ConversationEvent } from '../../src/observe/conversation.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const job: AssignedJob = {
  ...{ id: 'AJ_1', dispatchId: '', agentName: '', roomName: 'room', roomSid: '', metadata: '' },
  ...{ attributes: {}, url: 'ws://livekit', token: 'first token', identity: 'agent-AJ_1' },
};
const BROKEN: CallEnd = {
  ...{ host: 1, reason: 'gone', ok: false, isLost: false, broke: true, isCutOff: false },
  ...{ durationMs: 1000, cpuMs: 1 },
};
const KILLED: CallEnd = { ...BROKEN, isLost: true };
const CUT_OFF: CallEnd = { ...BROKEN, isCutOff: true };

const started = (piiCaller: string, goesOn = false): ConversationEvent => ({
  ...{ type: 'started', prompt: 'default', promptHash: 'abc', via: 'web', piiCaller, goesOn },
  ...{ callId: 'AJ_1', atMs: 500 },
});
const said = (piiText: string): ConversationEvent => ({
  ...{ type: 'said', role: 'user', piiText, interrupted: false, createdAtMs: 1000, measured: {} },
  ...{ callId: 'AJ_1', atMs: 1000 },
});

function createReturns() {
  const clock = manualClock();
  const log = keptLog();
  const facts: CallFact[] = [];
  const taken: { job: AssignedJob; how: CallStart }[] = [];
  const kept = new KeptCalls({ withinMs: 300_000, clock });
  const waiting = new Set<string>();
  const allows = { returns: true };
  const returns = new Returns({
    ...{ clock, log, report: (fact) => facts.push(fact), wallNow: () => 9000 },
    token: async () => 'new token',
    take: (job, how) => taken.push({ job, how }),
    withdraw: (jobId) => waiting.delete(jobId),
    mayReturn: () => allows.returns,
    kept,
  });
  /** Its agent joins, and the caller is served and asks something. */
  const begun = () => {
    returns.joined('AJ_1');
    returns.told({ kind: 'prompt', jobId: 'AJ_1', prompt: keptCall().prompt });
    returns.told({ kind: 'conversation', jobId: 'AJ_1', event: started('caller') });
    returns.told({ kind: 'conversation', jobId: 'AJ_1', event: said('When are you open?') });
  };
  /** It is over, and what follows from that has happened. */
  const ends = async (end: CallEnd) => {
    const goesOn = returns.goesOn('AJ_1', end);
    clock.advance(0);
    await Promise.resolve();
    await Promise.resolve();
    return goesOn;
  };
  returns.begin(job);
  return { returns, clock, log, facts, taken, kept, waiting, allows, begun, ends };
}

test('a call whose host dies is started again, with a new token and all that was said', async () => {
  const { begun, ends, taken, facts } = createReturns();
  begun();
  expect(await ends(KILLED)).toBe(true);
  expect(taken).toEqual([
    { job, how: { mayReturn: true } },
    {
      job: { ...job, token: 'new token' },
      how: { mayReturn: false, goesOn: { ...keptCall([['user', 'When are you open?']]), brokeAtMs: 9000 } },
    },
  ]);
  expect(facts).toEqual([{ fact: 'call-broke', why: 'host', outcome: 'goes-on' }]);
});

test('one whose host dies before its agent listened starts from the beginning', async () => {
  const { ends, taken } = createReturns();
  expect(await ends(KILLED)).toBe(true);
  expect(taken[1]?.how).toEqual({ mayReturn: false, goesOn: undefined });
});

test('a call that ended two processes is given up, told, and its end is counted', async () => {
  const { begun, ends, taken, facts, log, kept } = createReturns();
  begun();
  await ends(KILLED);
  begun();
  expect(await ends(KILLED)).toBe(false);
  expect(taken).toHaveLength(2);
  expect(log.lines.at(-1)?.msg).toBe('call is not started a third time: it ended two host processes');
  expect(facts.slice(1)).toEqual([
    { fact: 'call-broke', why: 'host', outcome: 'given-up' },
    { fact: 'call-ended', prompt: 'default', reason: 'lost', durationMs: 8500 },
  ]);
  expect(kept.size, 'it would end a third').toBe(0);
});

test('a fault of ours counts like a process that died; an end that was meant is one', async () => {
  const faulty = createReturns();
  faulty.begun();
  expect(await faulty.ends(BROKEN)).toBe(true);
  faulty.returns.joined('AJ_1');
  expect(await faulty.ends(BROKEN)).toBe(false);
  const over = createReturns();
  over.begun();
  expect(await over.ends({ ...BROKEN, ok: true, broke: false })).toBe(false);
  expect([over.facts, over.taken.length]).toEqual([[], 1]);
});

test('a connection that is lost over and over is taken up again each time', async () => {
  const { returns, begun, ends, taken } = createReturns();
  begun();
  for (let time = 1; time <= 5; time += 1) {
    expect(await ends(CUT_OFF)).toBe(true);
    returns.joined('AJ_1');
  }
  expect(taken.at(-1)?.how.mayReturn).toBe(true);
});

test('a room that cannot be joined again is tried each second, for 15 s', async () => {
  const { begun, ends, clock, taken, facts, kept } = createReturns();
  begun();
  await ends(CUT_OFF);
  let tries = 1;
  for (; await ends(BROKEN); tries += 1) {
    expect(taken).toHaveLength(1 + tries);
    clock.advance(1000);
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(tries).toBe(16);
  expect(facts.map((fact) => ('outcome' in fact ? fact.outcome : fact.fact))).toEqual([
    ...['goes-on', 'given-up', 'call-ended'],
  ]);
  expect(kept.take(keyOf('room', 'caller'))).toMatchObject({ conversation: { said: [{ role: 'user' }] } });
  expect(clock.pending()).toEqual([]);
});

test('LiveKit takes a job back before its call began, and none that is on its way back', async () => {
  const { returns, waiting, ends } = createReturns();
  waiting.add('AJ_1');
  await ends(KILLED);
  expect(returns.withdraw('AJ_1')).toBe(false);
  const fresh = createReturns();
  fresh.waiting.add('AJ_1');
  expect(fresh.returns.withdraw('AJ_1')).toBe(true);
});

test('while calls are being ended none returns', async () => {
  const { begun, ends, allows, taken } = createReturns();
  begun();
  allows.returns = false;
  expect(await ends(KILLED)).toBe(false);
  expect(taken).toHaveLength(1);
});

test('another caller of the same room is told nothing of the first', async () => {
  const { returns, begun, ends, taken } = createReturns();
  begun();
  returns.told({ kind: 'conversation', jobId: 'AJ_1', event: started('another') });
  await ends(KILLED);
  expect(taken[1]?.how.goesOn?.conversation).toMatchObject({ piiCaller: 'another', said: [] });
});
