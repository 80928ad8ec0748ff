import { initializeLogger, llm, voice } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { chatItems, forgetItems, forgetTurn } from '../../src/framework/chat-items.ts';

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

test('a turn that is taken back goes with all that followed on it, another one stays', async () => {
  const session = new voice.AgentSession({ vad: null, turnHandling: { turnDetection: 'manual' } });
  const agent = new voice.Agent({ instructions: 'Answer.' });
  await session.start({ agent, record: false });
  const messages = (['user one', 'assistant first', 'user two', 'assistant sec'] as const).map((text, at) => {
    const [role, content] = text.split(' ') as ['user' | 'assistant', string];
    return llm.ChatMessage.create({ role, content, createdAt: 1000 + at });
  });
  for (const context of [agent._chatCtx, session.history])
    for (const message of messages) context.insert(message);
  const said = () =>
    [chatItems(session), session.history.items].map((items) =>
      items.flatMap((item) => (item.type === 'message' ? [item.textContent] : [])),
    );
  expect(forgetTurn(session, 'three'), 'an answer that was cut off before it began').toBeUndefined();
  expect(said()[0]).toHaveLength(4);
  expect(forgetTurn(session, 'two')).toBe(1002);
  expect(said()).toEqual([
    ['one', 'first'],
    ['one', 'first'],
  ]);
  await session.close();
});
