import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AccessToken } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import type { Guest } from '../../src/probe/guest.ts';
import { mintToken } from '../../src/web/mint.ts';
import { AGENT_NAME } from './callers.ts';
import { answerAfter, expectHeard, spokenTexts } from './hearing.ts';
import { useStack } from './stack.ts';

const GREETING = 'Welcome to Contoh Telecom, this call may be recorded.';
const STILL_THERE = 'Hello, are you still on the line?';
const AGENT_WITHIN_MS = 30_000;

const stack = useStack({
  worker: false,
  env: { WEB_ENABLED: 'false' },
  prompts: {
    default: `---\ngreeting: ${GREETING}\nstill_there: ${STILL_THERE}\n---\nYou answer calls.`,
  },
});

interface Person {
  room: string;
  identity: string;
  /** As LiveKit's services join: `sip`, `egress`. */
  kind?: string;
  attributes?: Record<string, string>;
}

/** Joins without asking for an agent. */
async function joinAs({ room, identity, kind, attributes }: Person): Promise<Guest> {
  const { livekit, callers } = stack();
  const options = { identity, ttl: 600, ...(attributes && { attributes }) };
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, options);
  if (kind) token.kind = kind;
  token.addGrant({ roomJoin: true, room, canUpdateOwnMetadata: true });
  return callers.joinWith(await token.toJwt());
}

test('a phone that rings is no silence, and is greeted once it was picked up, though a recorder listens', async () => {
  const { callers, standIn, startProgram } = stack();
  const worker = startProgram('start', { AGENT_NAME: 'phone', IDLE_TIMEOUT_MS: '1500' });
  await worker.logged('worker registered');
  const room = 'phone-call';
  const phone = await joinAs({
    room,
    identity: 'sip_60',
    kind: 'sip',
    attributes: { 'sip.callStatus': 'ringing' },
  });
  const recorder = await joinAs({ room, identity: 'EG_1', kind: 'egress' });
  await stack().dispatch(room, 'phone');
  await phone.until('an agent', () => phone.agents.length > 0, AGENT_WITHIN_MS);
  await sleep(4500);
  for (const listener of [phone, recorder]) expect(listener.heard.speechAfter(0)).toBeUndefined();
  expect(spokenTexts(standIn)).not.toContain(STILL_THERE);

  await phone.setAttributes({ 'sip.callStatus': 'active' });
  await expectHeard(standIn, await answerAfter(phone, 0), [GREETING]);
  expect(callers.describe()).not.toContain('"ending"');
  await worker.stop();
});

test('a caller who crashed goes on under a new identity, without being asked or thrown out', {
  timeout: 90_000,
}, async () => {
  const { callers, livekit, standIn, startProgram } = stack();
  const env = { AGENT_NAME: 'patient', IDLE_TIMEOUT_MS: '20000', MAX_CALLS: '1' };
  const worker = startProgram('start', env);
  await worker.logged('worker registered');
  const room = 'crash';
  const token = await mintToken({ livekit, agentName: 'patient', room, identity: 'before', ttlMs: 60_000 });
  const { PATH, HOME } = processSources().env;
  const crashing = startChild({
    command: process.execPath,
    args: [
      '--import',
      import.meta.resolve('tsx'),
      fileURLToPath(new URL('crashing-caller.ts', import.meta.url)),
      livekit.url,
      token,
    ],
    env: { PATH, HOME, NODE_ENV: 'production' },
    onLine() {},
  });
  await worker.logged('call started');
  await sleep(6000);
  crashing.kill();
  const back = await joinAs({ room, identity: 'after' });
  await worker.logged('caller changed');
  standIn.control({ llm: { always: 'Good to hear you again.' } });
  const askedAtMs = performance.now();
  await back.sendChat('Are you there?');
  await expectHeard(standIn, await answerAfter(back, askedAtMs), ['Good to hear you again.']);
  await sleep(15_000);
  expect(back.left, callers.describe()).toBeUndefined();
  await worker.stop();
});

test('of two callers the first is served; the second is when the first has left, and is never thrown out', {
  timeout: 90_000,
}, async () => {
  const { callers, standIn, startProgram } = stack();
  const worker = startProgram('start', { IDLE_TIMEOUT_MS: '4000' });
  await worker.logged('worker registered');
  const room = 'two';
  const first = await callers.call({ room, agentName: AGENT_NAME });
  const second = await joinAs({ room, identity: 'second' });
  standIn.control({
    llm: {
      rules: [
        { match: 'first', answer: 'Hello to the first of you.' },
        { match: 'second', answer: 'Hello to the second of you.' },
      ],
    },
  });
  await second.sendChat('I am the second.');
  await sleep(1000);
  const firstAtMs = performance.now();
  await first.sendChat('I am the first.');
  await expectHeard(standIn, await answerAfter(first, firstAtMs), ['Hello to the first of you.']);
  expect(standIn.requests('llm')).toHaveLength(1);

  await first.leave();
  await worker.logged('caller changed');
  const secondAtMs = performance.now();
  await second.sendChat('I am the second.');
  await expectHeard(standIn, await answerAfter(second, secondAtMs), ['Hello to the second of you.']);

  await joinAs({ room, identity: 'third' });
  await worker.logged('call ended', { matches: ({ reason }) => reason === 'idle', timeoutMs: 40_000 });
  await sleep(1000);
  expect(second.left, 'the room goes on while others are in it').toBeUndefined();
  await worker.stop();
});
