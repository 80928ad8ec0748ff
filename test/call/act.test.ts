import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger } from '@livekit/agents';
import { ParticipantKind } from '@livekit/rtc-node';
import { expect, test, vi } from 'vitest';
import { startCall } from '../../src/call/call.ts';
import { openCallMemory } from '../../src/call/call-memory.ts';
import type { CallEvent } from '../../src/observe/call-events.ts';
import { createPersonaStore } from '../../src/persona/store.ts';
import { loadVad } from '../../src/stages/vad.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';
import { configFrom } from '../helpers/config.ts';
import { endpointServer } from '../helpers/endpoint-server.ts';
import { FakeRoom } from '../helpers/fake-room.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { NO_COLLEAGUES } from '../helpers/no-colleagues.ts';
import { perTest } from '../helpers/per-test.ts';

const own = perTest(
  async () => ({ folder: await mkdtemp(join(tmpdir(), 'act-')), server: await endpointServer() }),
  async ({ folder, server }) => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  },
);
vi.setConfig({ testTimeout: 30_000 });

const CHAT = 'POST /v1/chat/completions';
const PROMPT = `---
actions:
  hang_up: true
  send_digits: true
  transfer:
    targets:
      billing: { number: "+60 3-1234 5678" }
      police: { number: "999" }
on_failure: transfer
---
You help.`;

const SETUP =
  'outbound: { main: { address: sip.test, numbers: ["+60312340000"], allowedPrefixes: ["+603", "999"] } }';

const call = (parts: object) => ({ choices: [{ index: 0, delta: { tool_calls: [parts] } }] });
const sse = (...chunks: object[]) =>
  `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
/** In pieces, as OpenAI, vLLM and llama-server send it. */
const TRANSFER = sse(
  call({ index: 0, id: 'c1', type: 'function', function: { name: 'transfer', arguments: '' } }),
  call({ index: 0, function: { arguments: '{"target": "bil' } }),
  call({ index: 0, function: { arguments: 'ling"}' } }),
  { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
);

interface Line {
  via?: 'phone' | 'web';
  answer?: string;
  transfer?: (identity: string, to: string) => Promise<void>;
  setup?: string;
  /** What it refuses, in its words. */
  refusal?: (body: { tools?: unknown }) => string | undefined;
}

/** A call that has begun, whose caller has asked for something in writing. */
async function asked({
  via = 'phone',
  answer = TRANSFER,
  transfer = async () => {},
  setup = SETUP,
  refusal,
}: Line = {}) {
  initializeLogger({ pretty: false, level: 'silent' });
  await writeFile(join(own.folder, 'default.md'), PROMPT);
  await writeFile(join(own.folder, 'phone.yaml'), setup);
  own.server.on(CHAT, ({ request, reply }) => {
    const message = refusal?.(request.json() as object);
    if (message) reply(400, { error: { message } });
    else reply(200, answer, { 'content-type': 'text/event-stream' });
  });
  const [room, clock] = [new FakeRoom(), manualClock()];
  const lines: LogLine[] = [];
  const events: CallEvent[] = [];
  const did: string[] = [];
  const log = logInto(lines);
  const config = configFrom({
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    LLM_BASE_URL: own.server.baseUrl,
    TURN_DETECTION: 'words',
    PHONE_SETUP: join(own.folder, 'phone.yaml'),
  });
  const running = startCall({
    host: {
      ...{ callId: 'AJ_1', room: room.asRoom(), dispatchMetadata: '', dispatchAttributes: {} },
      connect: async () => {},
      colleagues: NO_COLLEAGUES,
      disconnect: async () => {},
      deleteRoom: async () => void did.push('room deleted'),
      async transfer(identity, to) {
        did.push(`${identity} to ${to}`);
        await transfer(identity, to);
      },
    },
    ...{ config, log, clock, personas: createPersonaStore({ dir: own.folder, log }) },
    vad: await loadVad({ vad: 'bundled' }),
    report: () => {},
    memory: await openCallMemory(join(own.folder, 'shared'), config, log),
    subscribers: [(event) => events.push(event)],
  });
  const attributes = {
    'sip.callStatus': 'active',
    'sip.phoneNumber': '+60123456789',
    'sip.trunkID': 'ST_in',
  };
  room.joins('caller', via === 'phone' ? { kind: ParticipantKind.SIP, attributes } : {});
  const begun = () => events.some(({ type }) => type === 'started');
  await expect.poll(begun, { timeout: 10_000 }).toBe(true);
  await expect.poll(() => own.server.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const write = room.handlers.get('lk.chat') as (reader: object) => Promise<void>;
  await write({ info: { size: 10 }, readAll: async () => 'Billing please', close: async () => {} });
  await clock.waitsFor(1000);
  clock.advance(1000);
  return { room, running, did, lines, events, clock };
}

const states = (events: readonly CallEvent[]) =>
  events.flatMap((event) =>
    event.type === 'action' ? [`${event.state} ${event.target ?? event.action}`] : [],
  );
const bodies = () =>
  own.server.requests
    .filter(({ path }) => path.endsWith('/chat/completions'))
    .map((request) => request.json() as Record<string, unknown>);

test('a caller whom the model transfers is told so, put through, and this call is over', async () => {
  const { did, events, running } = await asked();
  await expect
    .poll(() => states(events), { timeout: 10_000 })
    .toEqual(['asked billing', 'begun billing', 'done billing']);
  expect(did).toEqual(['caller to +60312345678', 'room deleted']);
  expect(await running.ended).toMatchObject({ reason: 'transferred', ok: true });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'said',
      role: 'assistant',
      piiText: expect.stringContaining('putting you through'),
    }),
  );
  expect(events.filter(({ type }) => type === 'turn-without-sound')).toEqual([]);
});

test('a transfer that fails is told, and the agent stays', async () => {
  const transfer = () => Promise.reject(new Error('no route'));
  const { did, events, running } = await asked({ transfer });
  await expect.poll(() => states(events).at(-1), { timeout: 10_000 }).toBe('failed billing');
  const failed = expect.objectContaining({
    type: 'said',
    piiText: expect.stringContaining('could not put you'),
  });
  await expect.poll(() => events, { timeout: 10_000 }).toContainEqual(failed);
  expect(did).toEqual(['caller to +60312345678']);
  expect(events.some(({ type }) => type === 'ended')).toBe(false);
  await running.fail(new Error('done'));
});

test('the model reads beforehand what the requests of the call begin with, tools included', async () => {
  const { running } = await asked();
  await running.ended;
  const [primed, asks] = bodies();
  const beginning = ({ messages, tools }: Record<string, unknown>) =>
    JSON.stringify({ instructions: (messages as object[])[0], tools });
  expect(beginning(asks ?? {})).toBe(beginning(primed ?? {}));
  expect(beginning(asks ?? {})).toContain('"enum":["billing"]');
});

test('a browser is offered no transfer, and an emergency number nobody', async () => {
  const web = await asked({ via: 'web', answer: sse({ choices: [{ delta: { content: 'No.' } }] }) });
  await expect.poll(() => bodies().length, { timeout: 10_000 }).toBe(2);
  const tools = bodies()[1]?.tools as { function: { name: string } }[] | undefined;
  expect(tools?.map((tool) => tool.function.name)).toEqual(['hang_up']);
  await web.running.fail(new Error('done'));
});

test.each([
  ['that is broken', 'outbound: ['],
  ['that allows nothing', 'country: 60'],
])('with a set-up of phones %s nobody is transferred, and the call goes on', async (_, setup) => {
  const { running } = await asked({ setup, answer: sse({ choices: [{ delta: { content: 'No.' } }] }) });
  await expect.poll(() => bodies().length, { timeout: 10_000 }).toBe(2);
  const tools = bodies()[1]?.tools as { function: { name: string } }[] | undefined;
  expect(tools?.map((tool) => tool.function.name)).toEqual(['hang_up', 'send_digits']);
  await running.fail(new Error('done'));
});

test('a model that hangs up in its own words is not followed by another good-bye', async () => {
  const answer = sse(
    { choices: [{ index: 0, delta: { content: 'Good bye then.' } }] },
    call({ index: 0, id: 'c1', function: { name: 'hang_up', arguments: '{}' } }),
  );
  const { running, clock, events } = await asked({ answer });
  await clock.waitsFor(600);
  clock.advance(600);
  expect(await running.ended).toMatchObject({ reason: 'hung up by the agent', ok: true });
  expect(events.filter((event) => event.type === 'said' && event.piiText.includes('Thank you'))).toEqual([]);
});

test('a server that takes no tools is told of once, and the agent talks', async () => {
  const { events, lines, running } = await asked({
    answer: sse({ choices: [{ delta: { content: 'Hello.' } }] }),
    refusal: ({ tools }) =>
      tools
        ? '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
        : undefined,
  });
  const refused = () => events.filter(({ type }) => type === 'actions-refused');
  await expect.poll(refused, { timeout: 10_000 }).toHaveLength(1);
  const answered = expect.objectContaining({ type: 'model-answered', isAnswer: true });
  await expect.poll(() => events, { timeout: 10_000 }).toContainEqual(answered);
  expect(refused()).toHaveLength(1);
  const warned = lines.filter(({ message }) => message.includes('takes no tools'));
  expect(warned).toHaveLength(1);
  expect(warned[0]?.fields).toMatchObject({ hint: expect.stringContaining('--enable-auto-tool-choice') });
  await running.fail(new Error('done'));
});

test('after an apology the caller is put through to the first target, where the prompt says so', async () => {
  const { did, running, clock } = await asked({ refusal: () => 'no such model' });
  const later = () => {
    clock.advance(100);
    return did;
  };
  await expect.poll(later, { timeout: 20_000 }).toContain('caller to +60312345678');
  expect(await running.ended).toMatchObject({ reason: 'transferred' });
});
