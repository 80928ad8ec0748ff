import { Room, RoomEvent } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { createWatch } from '../../src/probe/watch.ts';
import { mintToken } from '../../src/web/mint.ts';
import { AGENT_NAME } from './callers.ts';
import { useStack } from './stack.ts';

const SECRET = 'The discount code of the staff is blue heron.';
/** The framework's channel to its own developer tools. */
const SESSION_TOPIC = 'lk.agent.session';
/** `AgentSessionMessage{request: SessionRequest{request_id: "x", get_agent_info: {}}}` of LiveKit's agent protocol. */
const GET_AGENT_INFO = Uint8Array.of(0x22, 5, 0x0a, 1, 0x78, 0x32, 0);

const stack = useStack({ prompts: { default: `You answer calls. ${SECRET}` } });

test("a caller's client cannot read the instructions of the agent", async () => {
  const { livekit, standIn } = stack();
  const room = new Room();
  let received = '';
  let state: string | undefined;
  const watch = createWatch(() => `agent is ${state}, received ${received.length} bytes`);
  room.registerByteStreamHandler(SESSION_TOPIC, async (reader) => {
    // The end of the room ends the stream, which is no fault here.
    const parts = await reader.readAll().catch(() => []);
    received += Buffer.concat(parts).toString('latin1');
  });
  room.on(RoomEvent.ParticipantAttributesChanged, (changed) => {
    state = changed['lk.agent.state'] ?? state;
    watch.changed();
  });
  const who = { agentName: AGENT_NAME, room: 'curious', identity: 'curious', ttlMs: 60_000 };
  await room.connect(livekit.url, await mintToken({ livekit, ...who }), {
    autoSubscribe: true,
    dynacast: false,
  });
  try {
    await watch.until('an agent that listens', () => state === 'listening', 30_000);
    const request = await room.localParticipant?.streamBytes({ topic: SESSION_TOPIC });
    await request?.write(GET_AGENT_INFO);
    await request?.close();
    // Whatever answers the request has done so by the time the agent has answered a question.
    await room.localParticipant?.sendText('Hello', { topic: 'lk.chat' });
    await watch.until('the answer to begin', () => state === 'speaking', 20_000);
    await watch.until('the answer to end', () => state === 'listening', 20_000);
  } finally {
    await room.disconnect();
  }
  expect(standIn.requests('llm').at(-1)?.details?.messages[0]?.content).toContain(SECRET);
  expect(received).not.toContain(SECRET);
});
