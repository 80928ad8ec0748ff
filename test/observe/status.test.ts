import { expect, test } from 'vitest';
import { CallBoard } from '../../src/observe/call-board.ts';
import type { CallEvent, Happening } from '../../src/observe/call-events.ts';
import { EndpointBoard } from '../../src/observe/endpoint-board.ts';
import { type LiveFact, tellLive } from '../../src/observe/live-call.ts';
import { statusOf } from '../../src/observe/status.ts';

const at = (atMs: number, happening: Happening): CallEvent => ({ ...happening, callId: 'AJ_1', atMs });
const request = {
  fact: 'request-made',
  stage: 'llm',
  host: 'gpu:8000',
  model: 'qwen',
  prompt: 'shop',
} as const;

/** What a host tells of these events. */
function liveOf(events: readonly CallEvent[]): LiveFact[] {
  const facts: LiveFact[] = [];
  const tell = tellLive((fact) => facts.push(fact));
  for (const event of events) tell(event);
  return facts;
}

const CALL: readonly CallEvent[] = [
  at(1, { type: 'started', prompt: 'shop', promptHash: 'abc', via: 'sip', piiCaller: '+60123456789' }),
  at(2, { type: 'caller-speaks', isSpeaking: true }),
  at(3, { type: 'transcript', isFinal: true, piiText: 'Bila kedai buka?' }),
  at(4, { type: 'answer-awaited', sinceMs: 2, endedAtMs: 4 }),
  at(5, { type: 'agent-heard' }),
  at(6, { type: 'agent-heard' }),
  at(7, { type: 'turn', turn: 1, parts: { totalMs: 3 }, interrupted: false }),
];

/** The status of a worker in whose host 2 the call runs. */
function statusWith(facts: readonly LiveFact[], endpoints = new EndpointBoard()) {
  const calls = new CallBoard();
  for (const fact of facts) calls.told('AJ_1', fact);
  calls.told('AJ_over', { live: 'stage', stage: 'ending', atMs: 1 });
  const usage = { rssMb: 100, cpuMs: 5, lagMs: 1, busy: 0.2 };
  const worker = {
    ...{ slots: 4, slotsUsed: () => 1, isRegistered: () => true, isDraining: () => false },
    hosts: () => [{ number: 2, calls: 1, isReady: true, jobs: [{ id: 'AJ_1', ageMs: 9 }], usage }],
  };
  return statusOf({ facts: worker, unready: () => [], calls, endpoints, wallNow: () => 20 });
}

test('a running call shows its stage, age, prompt and past turns, and neither who calls nor what is said', () => {
  const { calls } = statusWith(liveOf(CALL));
  expect(calls).toEqual([
    {
      ...{
        id: 'AJ_1',
        host: 2,
        ageMs: 9,
        stage: 'speaking',
        stageSinceMs: 5,
        prompt: 'shop',
        via: 'sip',
        turns: 1,
      },
      lastTurns: [{ turn: 1, atMs: 7, interrupted: false, parts: { totalMs: 3 } }],
    },
  ]);
  expect(JSON.stringify(statusWith(liveOf(CALL)))).not.toMatch(/60123456789|kedai/);
});

test('a stage is told once, and a call that says good-bye stays so', () => {
  const stages = liveOf([
    ...CALL,
    at(8, { type: 'ending', reason: 'hang-up' }),
    at(9, { type: 'agent-heard' }),
  ]);
  expect(stages.flatMap((fact) => (fact.live === 'stage' ? [fact.stage] : []))).toEqual([
    ...['listening', 'caller-speaks', 'thinking', 'speaking', 'ending'],
  ]);
});

test('a call of which nothing was told yet is there', () => {
  expect(statusWith([]).calls).toMatchObject([{ id: 'AJ_1', stage: 'joining', turns: 0 }]);
});

test('endpoints show their breaker as the worst host sees it, failures, and how long answers took', () => {
  const endpoints = new EndpointBoard();
  for (const firstByteMs of [100, 200, 300]) endpoints.take({ ...request, outcome: 'answered', firstByteMs });
  endpoints.take({ ...request, outcome: 'failed', firstByteMs: undefined });
  endpoints.take({ fact: 'breaker-changed', stage: 'llm', host: 'gpu:8000', openness: 2, process: 1 });
  const state = {
    stage: 'llm',
    host: 'gpu:8000',
    model: 'qwen',
    requests: 4,
    failed: 1,
    p50Ms: 200,
    p95Ms: 300,
  };
  expect(statusWith([], endpoints).endpoints).toEqual([{ ...state, breaker: 'open' }]);
  endpoints.take({ fact: 'host-ended', end: 'crashed', process: 1 });
  expect(endpoints.all()).toMatchObject([{ breaker: 'closed' }]);
});
