import { initializeLogger, llm, voice } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import type { ActionRequest } from '../../src/actions/request.ts';
import { toolsOf } from '../../src/actions/tools.ts';
import { cancelPreparedAnswer } from '../../src/framework/activity.ts';
import { NO_ACTIONS, type PersonaActions } from '../../src/persona/action-matter.ts';
import { toolBodies } from '../../src/stages/tool-calls.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'fatal' }));

const ALL: PersonaActions = {
  hangUp: true,
  sendDigits: true,
  targets: { billing: { number: '+60312345678', when: 'questions on bills' }, desk: { number: '1001' } },
};
const bodies = (actions: PersonaActions) =>
  toolBodies(llm.toToolContext(toolsOf(actions, () => {}))) as { function: Record<string, unknown> }[];

test('tools are those that the prompt file lists, with its targets and never a number', () => {
  expect(bodies(NO_ACTIONS)).toEqual([]);
  expect(bodies({ ...NO_ACTIONS, hangUp: true }).map((tool) => tool.function.name)).toEqual(['hang_up']);
  const all = bodies(ALL);
  expect(all.map((tool) => tool.function.name)).toEqual(['hang_up', 'send_digits', 'transfer']);
  expect(all[2]).toMatchObject({
    type: 'function',
    function: {
      description: expect.stringContaining('billing: questions on bills; desk.'),
      parameters: {
        properties: { target: { type: 'string', enum: ['billing', 'desk'] } },
        required: ['target'],
        additionalProperties: false,
      },
    },
  });
  expect(JSON.stringify(all)).not.toMatch(/60312345678|1001/);
});

test('questions of the prompt can be asked by their names', () => {
  const account = { say: 'Type your number.', when: 'before a bill is read', pauseMs: 3000, secret: false };
  const tools = toolsOf(NO_ACTIONS, () => {}, { account });
  expect(toolBodies(llm.toToolContext(tools))).toMatchObject([
    {
      function: {
        name: 'ask_digits',
        description: expect.stringContaining('account: before a bill is read.'),
        parameters: { properties: { question: { enum: ['account'] } } },
      },
    },
  ]);
});

/** A model whose every answer calls one tool. */
class CallingModel extends llm.LLM {
  readonly #call: [name: string, args: string];
  asked = 0;
  constructor(name: string, args: string) {
    super();
    this.#call = [name, args];
  }
  label = () => 'calling';
  chat({ chatCtx, toolCtx }: { chatCtx: llm.ChatContext; toolCtx?: llm.ToolContextLike }): llm.LLMStream {
    this.asked++;
    const connOptions = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 1000 };
    const [name, args] = this.#call;
    // Told what is wrong, it says so.
    const isTold = chatCtx.items.some(({ type }) => type === 'function_call_output');
    return new CallingAnswer(this, { chatCtx, connOptions }, isTold || !toolCtx ? undefined : { name, args });
  }
}

class CallingAnswer extends llm.LLMStream {
  readonly #tool: { name: string; args: string } | undefined;
  constructor(
    owner: llm.LLM,
    options: ConstructorParameters<typeof llm.LLMStream>[1],
    tool?: { name: string; args: string },
  ) {
    super(owner, options);
    this.#tool = tool;
  }
  protected override async run(): Promise<void> {
    const tool = this.#tool;
    const toolCalls = tool ? [llm.FunctionCall.create({ callId: 'c1', ...tool })] : [];
    const delta = { role: 'assistant' as const, ...(tool ? { toolCalls } : { content: 'No.' }) };
    this.queue.put({ id: '1', delta });
  }
}

async function started(model: llm.LLM) {
  const asked: ActionRequest[] = [];
  const session = new voice.AgentSession({
    llm: model,
    vad: null,
    turnHandling: { turnDetection: 'manual' },
  });
  const tools = toolsOf(ALL, (request) => void asked.push(request));
  await session.start({ agent: new voice.Agent({ instructions: 'Act.', tools }), record: false });
  return { session, asked };
}

test('an answer that is prepared ahead of the end of a turn asks for nothing, dropped or not given yet', async () => {
  const model = new CallingModel('transfer', '{"target": "billing"}');
  const { session, asked } = await started(model);
  session._activity?.onPreemptiveGeneration({
    newTranscript: 'Billing please',
    transcriptConfidence: 1,
    startedSpeakingAt: undefined,
  });
  await expect.poll(() => model.asked, { timeout: 10_000 }).toBe(1);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect(asked).toEqual([]);
  cancelPreparedAnswer(session);
  await session.generateReply({ userInput: 'Billing please' }).waitForPlayout();
  expect(asked, 'once, of the answer that was given').toEqual([{ action: 'transfer', target: 'billing' }]);
  await session.close();
});

test.each([
  ['a target that the file does not list', 'transfer', '{"target": "+60123456789"}'],
  ['no target', 'transfer', '{}'],
  ['words for digits', 'send_digits', '{"digits": "one two"}'],
  ['arguments that are no object', 'transfer', '["billing"]'],
  ['arguments that are no JSON', 'transfer', '{"target": '],
])('%s is asked for by nobody: the model is told, and answers', async (_, name, args) => {
  const model = new CallingModel(name, args);
  const { session, asked } = await started(model);
  await session.generateReply({ userInput: 'Hello' }).waitForPlayout();
  expect(asked).toEqual([]);
  expect(model.asked).toBe(2);
  await session.close();
});
