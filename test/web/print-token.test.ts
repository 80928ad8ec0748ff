import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../src/observe/log.ts';
import { printToken } from '../../src/web/print-token.ts';
import { configFrom } from '../helpers/config.ts';
import { FakeLiveKit } from '../helpers/livekit-api.ts';

let promptsDir: string;
beforeAll(async () => {
  promptsDir = await mkdtemp(join(tmpdir(), 'prompts-'));
  await writeFile(join(promptsDir, 'default.md'), 'You are a friendly assistant.');
});
afterAll(() => rm(promptsDir, { recursive: true, force: true }));

interface Options {
  room?: string;
  name?: string;
  prompt?: string;
}

async function printed(options: Options, clients = new FakeLiveKit(), env = {}): Promise<string> {
  const lines: string[] = [];
  await printToken(configFrom({ PROMPTS_DIR: promptsDir, ...env }), options, {
    clients,
    print: (text) => lines.push(text),
    log: createLog({ level: 'info', pii: false, destination: { write: (line) => lines.push(line) } }),
  });
  return lines.join('\n');
}

test('the terminal prints what the token route answers, as JSON', async () => {
  const closed = new FakeLiveKit();
  closed.isOpen = false;
  const answer = JSON.parse(await printed({ room: 'r1', name: 'caller', prompt: 'default' }, closed));
  expect(closed.requests).toEqual([]);
  expect(answer).toMatchObject({ url: 'ws://127.0.0.1:7880', room: 'r1', ice: { transport: 'all' } });
  expect(answer.token.split('.')).toHaveLength(3);
});

test('wrong options are refused as on the route', async () => {
  await expect(printed({ prompt: 'sales' })).rejects.toMatchObject({ hint: 'Known prompts: default.' });
  await expect(printed({ room: 'a room' })).rejects.toThrow('room');
});

test('in a room that is open already the agent is asked for, with the prompt, and that is said', async () => {
  const open = new FakeLiveKit();
  open.callerJoins();
  expect(await printed({ room: 'r1', prompt: 'default' }, open)).toContain('asked for now');
  expect(open.requests).toEqual(['create voice-agent {"prompt":"default"}']);
});

test('not when the agent is there, nor when workers come by themselves, nor for a new room', async () => {
  const served = new FakeLiveKit();
  served.callerJoins();
  served.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await printed({ room: 'r1' }, served);
  const automatic = new FakeLiveKit();
  await printed({ room: 'r1' }, automatic, { AGENT_NAME: '' });
  await printed({}, automatic);
  expect([...served.requests, ...automatic.requests]).toEqual([]);
});

test('a LiveKit that does not answer is told of; the token is printed all the same', async () => {
  const away = new FakeLiveKit();
  away.failure = new Error('connect ECONNREFUSED');
  const text = await printed({ room: 'r1' }, away);
  expect(text).toContain('"token"');
  expect(text).toContain('ECONNREFUSED');
});
