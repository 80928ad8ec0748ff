import { expect } from 'vitest';
import { ANSWER, APOLOGY, behaviour, GREETING, promptWith, useRows } from '../scene.ts';

const stack = useRows({
  env: { LOG_LEVEL: 'info', LLM_MODEL: 'stand-in-llm', LLM_ATTEMPTS: '1', LLM_PRIME: 'true' },
  prompts: {
    default: promptWith(),
    short: promptWith('max_tokens: 200'),
    asks: promptWith().replace(GREETING, '{ instruction: Greet the caller. }'),
  },
});

behaviour(
  'tools refused',
  stack,
  { setUp: (standIn) => standIn.control({ llm: { strict: ['no-empty-tools', 'known-model'] } }) },
  async ({ askAndHear, grown }) => {
    await askAndHear(ANSWER);
    expect(await grown('voice_agent_endpoint_errors_total')).toBe(0);
  },
);

behaviour(
  'roles must alternate',
  stack,
  {
    setUp: (standIn) =>
      standIn.control({ llm: { strict: ['alternating-roles', 'system-first-only', 'user-last'] } }),
  },
  async ({ askAndHear, grown, standIn }) => {
    await askAndHear(ANSWER);
    expect(standIn.counts('llm').refused).toBe(0);
    expect(await grown('voice_agent_endpoint_errors_total')).toBe(0);
  },
);

behaviour(
  'no system role',
  stack,
  { setUp: (standIn) => standIn.control({ llm: { strict: ['no-system', 'alternating-roles'] } }) },
  async ({ askAndHear }) => askAndHear(ANSWER),
);

behaviour(
  'user message required',
  stack,
  {
    prompt: 'asks',
    setUp: (standIn) =>
      standIn.control({
        llm: {
          strict: ['user-message-required', 'system-first-only'],
          rules: [{ match: 'data plan', answer: ANSWER }],
          always: GREETING,
        },
      }),
  },
  async ({ askAndHear, caller, standIn }) => {
    expect(caller.transcripts.map(({ text }) => text)).toEqual([GREETING]);
    await askAndHear(ANSWER);
    expect(standIn.counts('llm').refused).toBe(0);
  },
);

behaviour(
  'older field names',
  stack,
  {
    prompt: 'short',
    setUp: (standIn) => standIn.control({ llm: { strict: ['no-max-completion-tokens'] } }),
  },
  async ({ askAndHear, grown }) => {
    await askAndHear(ANSWER);
    expect(await grown('voice_agent_endpoint_errors_total')).toBe(0);
  },
);

behaviour('refused with a reason', stack, {}, async ({ askAndHear, grownBy, log, logged, standIn }) => {
  standIn.answerChat(({ body }) => {
    throw new Error(`cannot serve ${JSON.stringify(body)}`);
  });
  await askAndHear(APOLOGY);
  const line = await logged('endpoint failed');
  expect(line).toMatchObject({
    endpoint: 'llm',
    status: 500,
    reason: expect.stringContaining('cannot serve'),
  });
  expect(JSON.stringify(log())).not.toMatch(/data plan|still active|answer calls/);
  await grownBy('voice_agent_endpoint_errors_total{endpoint="llm",failure="status"}', 1);
});

const [BEGIN, END] = [ANSWER.slice(0, 20), ANSWER.slice(20)];

behaviour(
  'odd chunks',
  stack,
  {
    setUp: (standIn) =>
      standIn.control({
        llm: {
          always: {
            chunks: [
              '\n',
              { delta: { role: 'assistant', content: '' } },
              { delta: null },
              { delta: { content: BEGIN } },
              { data: { choices: null } },
              { data: { choices: [] } },
              'data: {"choi\n\n',
              { delta: { content: END } },
              { delta: {}, finish_reason: 'stop' },
              'data: [DONE]\n\n',
            ],
          },
        },
      }),
  },
  async ({ askAndHear, grown }) => {
    await askAndHear(ANSWER);
    expect(await grown('voice_agent_endpoint_errors_total')).toBe(0);
  },
);
