import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger } from '@livekit/agents';
import { DisconnectReason, ParticipantKind, RoomEvent } from '@livekit/rtc-node';
import { expect, test, vi } from 'vitest';
import { type CallParts, startCall } from '../../src/call/call.ts';
import { openCallMemory } from '../../src/call/call-memory.ts';
import { chatOf, type GoingOn, goingOnWith, lastedMs } from '../../src/call/going-on.ts';
import type { CallEvent } from '../../src/observe/call-events.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { createPersonaStore } from '../../src/persona/store.ts';
import { loadVad } from '../../src/stages/vad.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';
import { configFrom } from '../helpers/config.ts';
import { FakeRoom } from '../helpers/fake-room.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { NO_COLLEAGUES } from '../helpers/no-colleagues.ts';
import { perTest } from '../helpers/per-test.ts';

const goesOn = { ...keptCall([['user', 'My number is 7.']]), brokeAtMs: 700 };
const caller = (identity: string) => ({ identity, name: '', via: 'web', attributes: {} }) as const;

test('a call goes on with the caller whom it had; somebody else in the room is told nothing of it', () => {
  expect(goingOnWith(caller('caller'), goesOn)).toBe(goesOn);
  expect(goingOnWith(caller('somebody else'), goesOn)).toBeUndefined();
});

test('the model is given the words so far, and the call counts from its first start', () => {
  const [message] = chatOf(goesOn.conversation.said).items;
  expect(message).toMatchObject({ role: 'user', content: ['My number is 7.'], createdAt: 1000 });
  expect([lastedMs(goesOn), lastedMs(undefined)]).toEqual([200, 0]);
});

type Person = Parameters<FakeRoom['joins']>[1];

const folder = perTest(
  async () => ({ path: await mkdtemp(join(tmpdir(), 'comes-back-')) }),
  ({ path }) => rm(path, { recursive: true, force: true }),
);
vi.setConfig({ testTimeout: 20_000 });

const KEPT: GoingOn = { ...keptCall([['assistant', 'Your number is 7.']]), brokeAtMs: 700, comesBack: true };

/** A call with a caller of that identity, which has begun. */
async function begun(identity: string, more: Partial<CallParts> = {}, person: Person = {}) {
  initializeLogger({ pretty: false, level: 'silent' });
  await writeFile(join(folder.path, 'default.md'), '---\ngreeting: Welcome.\n---\nYou help.');
  const [room, clock] = [new FakeRoom(), manualClock()];
  const lines: LogLine[] = [];
  const facts: CallFact[] = [];
  const events: CallEvent[] = [];
  const asked: string[] = [];
  const log = logInto(lines);
  const config = configFrom({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', TURN_DETECTION: 'words' });
  const nothing = async () => {};
  const running = startCall({
    host: {
      ...{ callId: 'AJ_2', room: room.asRoom(), dispatchMetadata: '', dispatchAttributes: {} },
      ...{
        connect: nothing,
        disconnect: nothing,
        deleteRoom: nothing,
        transfer: nothing,
        colleagues: NO_COLLEAGUES,
      },
    },
    ...{ config, log, clock, personas: createPersonaStore({ dir: folder.path, log }) },
    vad: await loadVad({ vad: 'bundled' }),
    report: (fact) => facts.push(fact),
    memory: await openCallMemory(join(folder.path, 'shared'), config, log),
    subscribers: [(event) => events.push(event)],
    async recall(piiCaller) {
      asked.push(piiCaller);
      return KEPT;
    },
    ...more,
  });
  room.joins(identity, person);
  const started = () => events.find(({ type }) => type === 'started');
  await expect.poll(started, { timeout: 10_000 }).toBeDefined();
  return { room, clock, running, facts, asked, lines, events, started };
}

test('a caller who comes back is served with the prompt that they had, and their call counts as a new one', async () => {
  const { running, started, asked, facts } = await begun('caller');
  expect(asked).toEqual(['caller']);
  expect(started()).toMatchObject({ prompt: 'default', promptHash: 'abc', comesBack: true });
  await running.fail(new Error('done'));
  expect(facts.map(({ fact }) => fact).filter((fact) => fact.startsWith('call-'))).toEqual([
    ...['call-started', 'call-ended'],
  ]);
});

const PHONE: Person = {
  kind: ParticipantKind.SIP,
  attributes: { 'sip.phoneNumber': '+60312345678', 'sip.trunkID': 'ST_a' },
};
const OF_PHONE: GoingOn = {
  ...KEPT,
  conversation: { ...KEPT.conversation, piiCaller: 'sip:+60312345678@ST_a' },
};

test('a phone whose agent died is served with what was said, and so is its next call in the same room', async () => {
  const goesOn = { ...OF_PHONE, comesBack: false };
  const { room, running, events } = await begun('sip_1', { goesOn }, PHONE);
  expect(events.find(({ type }) => type === 'started')).toMatchObject({
    via: 'sip',
    goesOn: true,
    piiCaller: 'sip:+60312345678@ST_a',
  });
  room.joins('sip_2', PHONE);
  room.leaves('sip_1', DisconnectReason.CONNECTION_TIMEOUT);
  await expect.poll(() => events.map(({ type }) => type)).toContain('caller-changed');
  const changed = events.find(({ type }) => type === 'caller-changed');
  expect(changed).toMatchObject({ piiCaller: 'sip:+60312345678@ST_a' });
  await running.fail(new Error('done'));
});

test('a phone whose agent died while a secret was asked for is asked again, and what it types stays secret', async () => {
  const question = { say: 'Type your PIN.', secret: true, header: 'X-Pin', pauseMs: 3000 };
  const persona = { ...OF_PHONE.prompt.persona, keypad: { menu: {}, questions: { pin: question } } };
  const goesOn: GoingOn = {
    ...{ prompt: { persona, fixed: [] }, brokeAtMs: 700 },
    conversation: { ...OF_PHONE.conversation, question: 'pin' },
  };
  const { room, running, events, lines } = await begun('sip_1', { goesOn }, PHONE);
  await expect.poll(() => events.map(({ type }) => type)).toContain('digits-asked');
  for (const key of '9731#') room.emit(RoomEvent.DtmfReceived, 0, key, room.remoteParticipants.get('sip_1'));
  await expect
    .poll(() => events.find(({ type }) => type === 'digits-typed'))
    .toMatchObject({ question: 'pin', count: 4 });
  expect(JSON.stringify([events, lines])).not.toContain('9731');
  expect(events.filter((event) => 'piiKey' in event || 'piiDigits' in event)).toEqual([]);
  await running.fail(new Error('done'));
});

test('a phone that calls again after its call broke off is given what was said; one without a number asks for nothing', async () => {
  const again = await begun('sip_2', { recall: async () => OF_PHONE }, PHONE);
  expect(again.started()).toMatchObject({ comesBack: true });
  await again.running.fail(new Error('done'));
  const withheld = await begun('sip_3', {}, { ...PHONE, attributes: { 'sip.trunkID': 'ST_a' } });
  expect(withheld.asked).toEqual([]);
  expect(withheld.started()).not.toHaveProperty('comesBack');
  await withheld.running.fail(new Error('done'));
});

test('what is kept of another caller is not taken, whatever the worker answers', async () => {
  const { running, started } = await begun('somebody else');
  expect(started()).not.toMatchObject({ promptHash: 'abc' });
  expect(started()).not.toHaveProperty('comesBack');
  await running.fail(new Error('done'));
});

test('a caller who was lost may come back; one who left does not', async () => {
  const lost = await begun('caller');
  lost.room.leaves('caller', DisconnectReason.UNKNOWN_REASON);
  lost.clock.advance(15_000);
  expect(await lost.running.ended).toEqual({ reason: 'caller lost', ok: true, mayComeBack: true });
  const left = await begun('caller');
  left.room.leaves('caller');
  expect(await left.running.ended).toEqual({ reason: 'participant_disconnected', ok: true });
});

test('who was in a room that LiveKit closed may come back; nobody wished it', async () => {
  const { room, running } = await begun('caller');
  room.emit(RoomEvent.Disconnected, DisconnectReason.ROOM_CLOSED);
  expect(await running.ended).toEqual({ reason: 'room disconnected', ok: true, mayComeBack: true });
});
