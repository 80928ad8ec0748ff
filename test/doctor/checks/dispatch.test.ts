import { ParticipantInfo_Kind, ParticipantInfo_State } from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { afterEach, expect, test } from 'vitest';
import { isCheckCall } from '../../../src/config/check-call.ts';
import { dispatch } from '../../../src/doctor/checks/dispatch.ts';
import { createMetrics } from '../../../src/observe/metrics.ts';
import { inside } from '../../helpers/inside.ts';
import { type RoomsScript, type ScriptedRooms, scriptedRooms } from '../../helpers/scripted-rooms.ts';

let rooms: ScriptedRooms | undefined;
afterEach(() => rooms?.close());

const AGENT = { identity: 'agent-1', kind: ParticipantInfo_Kind.AGENT, state: ParticipantInfo_State.ACTIVE };
const metricsOf = (slots: number, used: number, isOverloaded = false) =>
  createMetrics({
    ...{ slots, slotsUsed: () => used, isRegistered: () => true, isDraining: () => false },
    isOverloaded: () => isOverloaded,
  }).text();
const KEY = { LIVEKIT_API_KEY: 'devkey', LIVEKIT_API_SECRET: 'a-secret-of-more-than-32-characters' };

/** Runs the hop; `ended` are the rooms that were deleted. */
async function tried(script: RoomsScript, env: Record<string, string> = {}, signal?: AbortSignal) {
  rooms = await scriptedRooms(script);
  const http = rooms.url.replace('ws', 'http');
  const settings = { LIVEKIT_URL: rooms.url, ...KEY, CHECK_READY_URLS: `${http}/readyz`, ...env };
  const undo: (() => unknown)[] = [];
  const found = await dispatch.run(
    inside(settings, { atEnd: (one) => undo.push(one), ...(signal && { signal }) }),
  );
  for (const one of undo) await one();
  const ended = rooms.asked.filter(({ method }) => method === 'DeleteRoom').map(({ body }) => body.room);
  return { found, ended, tokens: rooms.tokens };
}

test('a room dispatches the agent by its name, marked as a check, and is deleted', async () => {
  const { found, ended, tokens } = await tried(
    { comes: [AGENT], plain: { '/metrics': await metricsOf(2, 1) } },
    { AGENT_NAME: 'front-desk', AGENT_DEPLOYMENT: 'blue' },
  );
  expect(found).toMatch(/^«front-desk» joined after \d+ ms$/);
  const claims = await new TokenVerifier(KEY.LIVEKIT_API_KEY, KEY.LIVEKIT_API_SECRET).verify(tokens[0] ?? '');
  const [agent] = claims.roomConfig?.agents ?? [];
  expect(agent).toMatchObject({ agentName: 'front-desk', deployment: 'blue' });
  expect(isCheckCall(agent?.metadata ?? '')).toBe(true);
  expect(ended).toContain(claims.video?.room);
});

test.each<[string, [number, number, boolean?], string, RegExp]>([
  ['where all call slots are taken', [2, 2], 'all call slots are taken', /^raise MAX_CALLS/],
  [
    'where the calls that run keep the worker too busy',
    [9, 4, true],
    'OVERLOAD_AT',
    /^give workers more processor time/,
  ],
])('%s none is taken from a caller', async (_, metrics, evidence, fix) => {
  const { found, tokens } = await tried({
    comes: [AGENT],
    plain: { '/metrics': await metricsOf(...metrics) },
  });
  expect(found).toMatchObject({
    ...{ verdict: 'warn', evidence: expect.stringContaining(evidence), fix: expect.stringMatching(fix) },
  });
  expect(tokens).toEqual([]);
});

test('workers that join every room are not tried: the check would count as a call', async () => {
  const { found, tokens } = await tried({}, { AGENT_NAME: '' });
  expect(found).toMatchObject({ verdict: 'skip', cause: expect.stringContaining('AGENT_NAME') });
  expect(tokens).toEqual([]);
});

test.each([
  ['that no worker took', [], /no worker of this name/, /AGENT_NAME and AGENT_DEPLOYMENT/],
  [
    'whose agent does not get in',
    [{ state: { jobs: [{ id: 'AJ_1', state: { status: 'JS_FAILED', error: 'no media path' } }] } }],
    /does not get into the room/,
    /RTC_ICE_TRANSPORT/,
  ],
])('a call %s says so, and its room is deleted', async (_, agentDispatches, cause, fix) => {
  const { found, ended } = await tried(
    { plain: { '/metrics': await metricsOf(2, 0) }, answers: { ListDispatch: { agentDispatches } } },
    {},
    AbortSignal.timeout(300),
  );
  expect(found).toMatchObject({
    ...{ verdict: 'fail', cause: expect.stringMatching(cause), fix: expect.stringMatching(fix) },
  });
  expect(ended).not.toEqual([]);
});
