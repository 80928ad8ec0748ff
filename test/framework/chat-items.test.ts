import { initializeLogger, llm, voice } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { chatItems, forgetItems } from '../../src/framework/chat-items.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'fatal' }));

test('agents goes on with the items that are left, and keeps no record of the others', async () => {
  const session = new voice.AgentSession({ vad: null, turnHandling: { turnDetection: 'manual' } });
  expect(chatItems(session)).toEqual([]);
  const agent = new voice.Agent({ instructions: 'Answer.' });
  await session.start({ agent, record: false });
  for (const content of ['one', 'two', 'three']) {
    const message = llm.ChatMessage.create({ role: 'user', content });
    for (const context of [agent._chatCtx, session.history]) context.insert(message);
  }
  const said = (items: readonly llm.ChatItem[]) =>
    items.flatMap((item) => (item.type === 'message' ? [item.textContent] : []));
  const first = chatItems(session).find((item) => item.type === 'message');
  forgetItems(session, new Set([first?.id ?? '']));
  for (const items of [chatItems(session), agent.chatCtx.items, session.history.items])
    expect(said(items)).toEqual(['two', 'three']);
  agent._chatCtx.addMessage({ role: 'user', content: 'four' });
  expect(said(chatItems(session))).toEqual(['two', 'three', 'four']);
  await session.close();
});
