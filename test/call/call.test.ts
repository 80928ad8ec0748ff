import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger, type VAD, voice } from '@livekit/agents';
import {
  AudioSource,
  DisconnectReason,
  ParticipantKind,
  type RemoteParticipant,
  RoomEvent,
} from '@livekit/rtc-node';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type CallParts, type RunningCall, startCall } from '../../src/call/call.ts';
import { openCallMemory } from '../../src/call/call-memory.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { createPersonaStore } from '../../src/persona/store.ts';
import { loadVad } from '../../src/stages/vad.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';
import { configFrom } from '../helpers/config.ts';
import { fakeHost } from '../helpers/fake-host.ts';
import { FakeRoom } from '../helpers/fake-room.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

let vad: VAD;
let folder: string;
let parts: CallParts;
let room: FakeRoom;
let clock: ManualClock;
let facts: CallFact[];
let lines: LogLine[];
let asked: string[];

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  vad = await loadVad({ vad: 'bundled' });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'call-'));
  await writeFile(join(folder, 'default.md'), 'You help.');
  room = new FakeRoom();
  clock = manualClock();
  [facts, lines, asked] = [[], [], []];
  const log = logInto(lines);
  vi.spyOn(AudioSource.prototype, 'close');
  // Nobody listens there.
  const config = configFrom({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', TURN_DETECTION: 'words' });
  parts = {
    host: fakeHost(room, asked),
    config,
    personas: createPersonaStore({ dir: folder, log }),
    vad,
    log,
    report: (fact) => facts.push(fact),
    memory: await openCallMemory(join(folder, 'shared'), config, log),
    clock,
  };
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const said = (message: string) => lines.filter((line) => line.message === message);
/** The machine may be busy. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });
vi.setConfig({ testTimeout: 20_000 });

/** Starts a call and waits until it has begun. */
async function started(): Promise<RunningCall> {
  room.joins('caller');
  const call = startCall(parts);
  await eventually(() => said('call started')).toHaveLength(1);
  return call;
}

/** Real timers of this process, not those of the clock above. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** A participant that no code of ours can deal with. */
const BROKEN = {
  get identity(): string {
    throw new Error('a fault of ours');
  },
};

/** Nothing of the call is left: on its room, its clock, its audio source, in its host. */
function expectNothingLeft(): void {
  expect(room.left()).toEqual([]);
  expect(clock.pending()).toEqual([]);
  expect(AudioSource.prototype.close).toHaveBeenCalledTimes(room.published);
  expect(asked.at(-1)).toBe('disconnect');
}

test('a call that the caller leaves is over, and leaves nothing behind', async () => {
  const before = timers();
  const { ended } = await started();
  room.leaves('caller');
  expect(await ended).toEqual({ reason: 'participant_disconnected', ok: true });
  expect(facts.filter(({ fact }) => fact.startsWith('call-'))).toEqual([
    { fact: 'call-started', prompt: 'default' },
    expect.objectContaining({ fact: 'call-ended', reason: 'participant_disconnected' }),
  ]);
  expectNothingLeft();
  await eventually(timers).toBeLessThanOrEqual(before);
});

test('a call whose room the server closes is over', async () => {
  const { ended } = await started();
  room.emit(RoomEvent.Disconnected, DisconnectReason.ROOM_DELETED);
  expect(await ended).toEqual({ reason: 'room disconnected', ok: true });
  expectNothingLeft();
});

test('a call whose way to LiveKit is lost waits for a moment, then it is over', async () => {
  const { ended } = await started();
  room.emit(RoomEvent.Reconnecting);
  clock.advance(7999);
  room.emit(RoomEvent.Reconnected);
  room.emit(RoomEvent.Reconnecting);
  clock.advance(7999);
  expect(said('call ended')).toEqual([]);
  clock.advance(1);
  expect(await ended).toEqual({ reason: 'LiveKit lost', ok: true, mayComeBack: true });
  expectNothingLeft();
});

test('a call that is back in its room and finds another agent there leaves it to that one', async () => {
  const { ended } = await started();
  room.emit(RoomEvent.Reconnecting);
  const agent = { kind: ParticipantKind.AGENT, attributes: { 'lk.agent.name': 'voice-agent' } };
  room.remoteParticipants.set('another', agent as unknown as RemoteParticipant);
  room.emit(RoomEvent.Reconnected);
  expect(await ended).toEqual({ reason: 'another agent serves this room', ok: true });
  expectNothingLeft();
});

test('a call whose connection is lost for good is no end, where it can go on elsewhere', async () => {
  parts.mayReturn = true;
  const { ended } = await started();
  room.emit(RoomEvent.Disconnected, DisconnectReason.SERVER_SHUTDOWN);
  const reason = 'connection to the room lost';
  expect(await ended).toEqual({ reason, ok: false, broke: true, isCutOff: true, mayComeBack: true });
  expect(facts.filter(({ fact }) => fact === 'call-ended')).toEqual([]);
  expectNothingLeft();
});

test('a call in which no sound flows is connected anew, once', async () => {
  parts.mayReturn = true;
  room.publish = async () => ({ waitForSubscription: () => new Promise(() => {}) });
  const { ended } = await started();
  room.publishes('caller', 'TR_1');
  const passing = setInterval(() => clock.advance(500), 5);
  expect(await ended).toMatchObject({ reason: 'connection to the room lost', broke: true, isCutOff: true });
  clearInterval(passing);
  expectNothingLeft();
});

test('a call goes on with the prompt that it had, for the caller whom it had', async () => {
  const { prompt, conversation } = keptCall([['user', 'Hello?']]);
  const persona = { ...prompt.persona, name: 'gone', hash: 'before' };
  const goesOn = { prompt: { ...prompt, persona }, conversation, brokeAtMs: 700 };
  parts.goesOn = goesOn;
  const prompts: string[] = [];
  parts.onPrompt = (told) => prompts.push(told.persona.name);
  room.joins('somebody else');
  room.joins('caller');
  const call = startCall(parts);
  await eventually(() => said('call goes on')).toHaveLength(1);
  expect(room.attributes).toMatchObject({
    'voice-agent.prompt': 'gone',
    'voice-agent.prompt.hash': 'before',
  });
  expect(prompts).toEqual(['gone']);
  await call.fail(new Error('done'));
  expect(facts.filter(({ fact }) => fact.startsWith('call-'))).toEqual([
    expect.objectContaining({ fact: 'call-ended', prompt: 'gone' }),
  ]);
});

test('asked to end, a call deletes its room after the good-bye, tells the room why, and is over', async () => {
  const call = await started();
  const over = call.end('worker stops');
  await clock.waitsFor(600);
  clock.advance(600);
  await over;
  expect(await call.ended).toEqual({ reason: 'worker stops', ok: true });
  expect(room.sent).toContainEqual({ type: 'ending', reason: 'worker stops' });
  expect(asked).toContain('deleteRoom');
  expectNothingLeft();
});

test('a fault of our own ends the call at once', async () => {
  const call = await started();
  await call.fail(new Error('thrown in a timer'));
  expect(await call.ended).toEqual({ reason: 'internal error', ok: false });
  expectNothingLeft();
});

test('a listener that throws ends its own call, and the room’s other listeners hear the event', async () => {
  const { ended } = await started();
  const heard = vi.fn();
  room.on(RoomEvent.DataReceived, heard);
  room.emit(RoomEvent.DataReceived, new Uint8Array(), BROKEN, 0, 'voice-agent.command');
  expect(heard).toHaveBeenCalled();
  room.off(RoomEvent.DataReceived, heard);
  expect(await ended).toEqual({ reason: 'internal error', ok: false });
  expectNothingLeft();
});

test('a throw between the first and the last thing that is opened closes all of them', async () => {
  vi.spyOn(room, 'registerTextStreamHandler').mockImplementation(() => {
    throw new Error('this topic has a handler');
  });
  room.joins('caller');
  const { ended } = startCall(parts);
  expect(await ended).toEqual({ reason: 'call could not start', ok: false });
  expect(lines.at(-1)).toMatchObject({
    message: 'call not started',
    fields: { reason: 'call could not start' },
  });
  expectNothingLeft();
});

test('a room that cannot be joined in time ends the call; joined later, it is left', async () => {
  let arrive = () => {};
  const connected = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const { ended } = startCall({ ...parts, host: { ...parts.host, connect: () => connected } });
  await eventually(clock.pending).toEqual([30_000]);
  clock.advance(30_000);
  expect(await ended).toEqual({ reason: 'call could not start', ok: false });
  expect(lines.find(({ level }) => level === 'error')?.fields.error).toMatchObject({
    message: 'room: not done within 30000 ms',
  });
  expect(asked).toEqual(['disconnect']);
  arrive();
  await eventually(() => asked).toEqual(['disconnect', 'disconnect']);
  expectNothingLeft();
});

test('prompts that cannot be read in time end the call', async () => {
  const personas = { ...parts.personas, load: () => new Promise<void>(() => {}) };
  const { ended } = startCall({ ...parts, personas });
  await eventually(clock.pending).toEqual([10_000]);
  clock.advance(10_000);
  expect(await ended).toEqual({ reason: 'call could not start', ok: false });
  expectNothingLeft();
});

test('so does a track that cannot be published in time, or at all', async () => {
  room.joins('caller');
  room.publish = () => new Promise(() => {});
  const never = startCall(parts);
  await eventually(clock.pending).toEqual([15_000]);
  clock.advance(15_000);
  expect(await never.ended).toEqual({ reason: 'call could not start', ok: false });
  room.publish = () => Promise.reject(new Error('no permission'));
  expect(await startCall(parts).ended).toEqual({ reason: 'call could not start', ok: false });
  expectNothingLeft();
});

test('a call that waits for its caller ends when nobody comes, or when it is asked to', async () => {
  const { ended } = startCall(parts);
  await eventually(clock.pending).toEqual([60_000]);
  clock.advance(60_000);
  expect(await ended).toEqual({ reason: 'nobody came', ok: true });
  const call = startCall(parts);
  await eventually(clock.pending).toEqual([60_000]);
  await call.end('worker stops');
  expect(await call.ended).toEqual({ reason: 'worker stops', ok: true });
  expectNothingLeft();
});

test('a session that does not close is not waited for beyond five seconds', async () => {
  const call = await started();
  const close = vi.spyOn(voice.AgentSession.prototype, 'close').mockReturnValue(new Promise(() => {}));
  room.leaves('caller');
  await eventually(() => close.mock.calls).toHaveLength(1);
  clock.advance(5000);
  expect(await call.ended).toEqual({ reason: 'participant_disconnected', ok: true });
  close.mockRestore();
  expect(asked.at(-1)).toBe('disconnect');
});

test('of two calls at once, the one whose listener throws ends; the other goes on', async () => {
  const first = await started();
  const [other, hostOfOther] = [new FakeRoom(), { ...parts.host }];
  other.joins('second caller');
  const second = startCall({ ...parts, host: { ...hostOfOther, room: other.asRoom() } });
  await eventually(() => said('call started')).toHaveLength(2);
  room.emit(RoomEvent.DataReceived, new Uint8Array(), BROKEN, 0, 'voice-agent.command');
  expect(await first.ended).toEqual({ reason: 'internal error', ok: false });
  other.leaves('second caller');
  expect(await second.ended).toEqual({ reason: 'participant_disconnected', ok: true });
  expect(other.left()).toEqual([]);
});
