import { initializeLogger, voice } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { boundHistory } from '../../src/call/chat-history.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { ChatMemory, type Learned } from '../../src/openai/chat-learned.ts';
import { ChatModel, chatEndpoint } from '../../src/stages/llm.ts';
import { configFrom } from '../helpers/config.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';

const TURNS = 200;
const CONTEXT_TOKENS = 4000;
const INSTRUCTIONS = 'You answer calls for a phone company. Answer in one short sentence. '.repeat(4).trim();
const QUESTION = 'I would like to know what my line costs me in the month of May, please';
const ANSWER = 'It costs you ninety ringgit a month, and the next bill comes at the end of the month.';

interface Asked {
  messages: { role: string; content: string }[];
  stream_options?: object;
}

const server = useEndpointServer();

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** Its tokens have 4 characters, which nobody knows but it. */
const tokensOf = ({ messages }: Asked) =>
  messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 4) + 5, 3);

/** A chat model behind a strict template; what is too long it refuses so. */
function serve(refusal: (tokens: number) => { status: number; body: object }, { counts = true } = {}) {
  const asked: Asked[] = [];
  let refused = 0;
  server.on('POST /v1/chat/completions', ({ request, reply }: Exchange) => {
    const body = request.json() as Asked;
    const tokens = tokensOf(body);
    const turns = body.messages.slice(1).map(({ role }) => role);
    const alternate = turns.every((role, at) => role === (at % 2 === 0 ? 'user' : 'assistant'));
    if (!alternate) return reply(400, { error: { message: 'conversation roles must alternate' } });
    if (tokens > CONTEXT_TOKENS) {
      refused += 1;
      const { status, body: why } = refusal(tokens);
      return reply(status, why);
    }
    asked.push(body);
    const chunk = (fields: object) => `data: ${JSON.stringify({ id: 'a', ...fields })}\n\n`;
    const usage = { prompt_tokens: tokens, completion_tokens: 20, total_tokens: tokens + 20 };
    const answer = [
      chunk({ choices: [{ index: 0, delta: { content: ANSWER }, finish_reason: 'stop' }] }),
      ...(counts ? [chunk({ choices: [], usage })] : []),
      'data: [DONE]\n\n',
    ];
    reply(200, answer.join(''), { 'content-type': 'text/event-stream' });
  });
  /** How often a request did not begin with all that the one before it had. */
  const prefixChanges = () =>
    asked.filter(({ messages }, at) => {
      const before = asked[at - 1]?.messages.slice(0, -1) ?? [];
      return JSON.stringify(messages.slice(0, before.length)) !== JSON.stringify(before);
    }).length;
  return { asked, refused: () => refused, prefixChanges };
}

/** A call of so many turns, each of them one request after the other. */
async function call(learned: Learned, turns = TURNS) {
  const config = configFrom({ LLM_BASE_URL: server.baseUrl, LLM_ATTEMPTS: '1' });
  const chat = chatEndpoint(config, {}, new ChatMemory(learned));
  const happened: Happening[] = [];
  const emit = (happening: Happening) => void happened.push(happening);
  const hooks = {
    onError: (error: Error) => expect(error).toBeUndefined(),
    onTrimmed: (trimmed: object) => emit({ type: 'chat-trimmed', ...trimmed } as Happening),
  };
  const session = new voice.AgentSession({
    ...{ llm: new ChatModel(config, {}, { hooks, endpoint: chat }), vad: null },
    turnHandling: { turnDetection: 'manual' },
  });
  await session.start({ agent: new voice.Agent({ instructions: INSTRUCTIONS }), record: false });
  const bound = boundHistory({ session, chat, instructions: INSTRUCTIONS, emit });
  const sizes: number[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    await session.generateReply({ userInput: `${QUESTION}, number ${turn}.` }).waitForPlayout();
    bound({ type: 'agent-spoke', isReply: true, interrupted: false, callId: 'c', atMs: 0 });
    sizes.push(Math.max(session.history.items.length, session.currentAgent.chatCtx.items.length));
  }
  await session.close();
  return { happened, chat, longest: Math.max(...sizes) };
}

const vllm = () => ({
  status: 400,
  body: {
    error: {
      message: `This model's maximum context length is ${CONTEXT_TOKENS} tokens. However, your prompt contains at least ${CONTEXT_TOKENS + 1} input tokens.`,
    },
  },
});

test('a long call is answered at each turn, and the model’s server can keep what it has read for many of them', {
  timeout: 120_000,
}, async () => {
  const endpoint = serve(vllm);
  const { happened, longest } = await call({ contextTokens: CONTEXT_TOKENS });
  expect(endpoint.refused()).toBe(0);
  expect(endpoint.asked.map(({ messages }) => messages.at(-1)?.content)).toEqual(
    Array.from({ length: TURNS }, (_, at) => `${QUESTION}, number ${at + 1}.`),
  );
  expect(endpoint.prefixChanges()).toBeLessThanOrEqual(8);
  expect(happened).toHaveLength(endpoint.prefixChanges());
  expect(endpoint.asked.every(({ messages }) => messages[0]?.content === INSTRUCTIONS)).toBe(true);
  expect(longest, 'nothing grows without bound').toBeLessThan(200);
});

test.each([
  ['vLLM', vllm],
  [
    'llama-server',
    (tokens: number) => ({
      status: 400,
      body: {
        error: {
          message: `request (${tokens} tokens) exceeds the available context size (${CONTEXT_TOKENS} tokens), try increasing it`,
          type: 'exceed_context_size_error',
        },
      },
    }),
  ],
  [
    'TGI',
    (tokens: number) => ({
      status: 422,
      body: {
        error: `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= ${CONTEXT_TOKENS}. Given: ${tokens} \`inputs\` tokens and 100 \`max_new_tokens\``,
      },
    }),
  ],
  ['one that gives no number', () => ({ status: 400, body: { error: { code: 'context_length_exceeded' } } })],
])(
  'where nobody says how much a model takes, a refusal teaches it, within the same turn: %s',
  {
    timeout: 120_000,
  },
  async (_, refusal) => {
    const endpoint = serve(refusal, { counts: false });
    const { happened, chat } = await call({});
    expect(endpoint.refused()).toBe(1);
    expect(endpoint.asked).toHaveLength(TURNS);
    expect(chat.memory.learned.contextTokens).toBeLessThanOrEqual(CONTEXT_TOKENS);
    expect(happened[0]).toMatchObject({ type: 'chat-trimmed', reason: 'refused' });
    expect(endpoint.prefixChanges()).toBeLessThanOrEqual(12);
  },
);
