import { initializeLogger, llm, voice } from '@livekit/agents';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { Histories } from '../../src/call/histories.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'fatal' }));

let session: voice.AgentSession;
let histories: Histories;
beforeEach(async () => {
  session = new voice.AgentSession({ vad: null, turnHandling: { turnDetection: 'manual' } });
  histories = new Histories(session);
});

const start = () => session.start({ agent: new voice.Agent({ instructions: 'Answer.' }), record: false });

async function said(content: string): Promise<void> {
  const words = session.currentAgent.chatCtx.copy();
  words.addMessage({ role: 'user', content });
  await session.currentAgent.updateChatCtx(words);
}

/** What the model would be told, without the instructions. */
const told = () =>
  session.currentAgent.chatCtx.items.flatMap((item) =>
    item instanceof llm.ChatMessage && item.role === 'user' ? [item.textContent] : [],
  );

test('another caller is served without the words of the one before, and who is served again has theirs back', async () => {
  await start();
  await said('My number is 7.');
  await histories.change('a', 'b');
  expect(told()).toEqual([]);
  const system = session.currentAgent.chatCtx.items.map(
    (item) => item instanceof llm.ChatMessage && item.role,
  );
  expect(system, 'the instructions stay').toContain('system');
  await said('Mine is 8.');
  await histories.change('b', 'a');
  expect(told()).toEqual(['My number is 7.']);
  await histories.change('a', 'b');
  expect(told()).toEqual(['Mine is 8.']);
  await session.close();
});

test('callers who come and go without end leave no more than a few conversations behind', async () => {
  await start();
  await said('My number is 7.');
  for (let i = 0; i < 6; i += 1) await histories.change(i === 0 ? 'a' : `stranger-${i}`, `stranger-${i + 1}`);
  await histories.change('stranger-6', 'a');
  expect(told(), 'the first of them is gone').toEqual([]);
  await session.close();
});

test('a caller who changes before the session has begun leaves nothing to put away', async () => {
  await expect(histories.change('a', 'b')).resolves.toBeUndefined();
});
