import { expect } from 'vitest';
import type { ChatAnswer } from '../../../src/standin/chat-chunks.ts';
import { answerAfter } from '../../e2e/hearing.ts';
import { ANSWER, APOLOGY, behaviour, promptWith, useRows } from '../scene.ts';

const OTHER_APOLOGY = 'Sorry, I cannot help you right now.';

const stack = useRows({
  env: { TTS_CACHE: 'true', STT_ATTEMPTS: '1', LLM_ATTEMPTS: '1', TTS_ATTEMPTS: '1' },
  prompts: {
    default: promptWith(),
    // Its apology is kept from the start of the worker.
    other: promptWith().replace(APOLOGY, OTHER_APOLOGY),
  },
});

const DONE = 'data: [DONE]\n\n';
const THOUGHT = 'The caller wants to know about the plan, so I look it up.';
/** From the end of a turn to the first sound. */
const SOUND_WITHIN_MS = 8000;

behaviour('thoughts in the text', stack, {}, async ({ askAndHear, grown, standIn }) => {
  const answers = [
    `<think>\n${THOUGHT}\n</think>\n\n${ANSWER}`,
    `<|channel|>analysis<|message|>${THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>${ANSWER}`,
    `${ANSWER}<|im_end|>`,
  ];
  for (const always of answers) {
    standIn.control({ llm: { always } });
    await askAndHear(ANSWER);
  }
  const history = JSON.stringify(standIn.requests('llm').at(-1)?.details?.messages);
  expect(history).toContain(ANSWER);
  expect(history).not.toMatch(/think|look it up|channel|im_end/);
  expect(await grown('voice_agent_turns_without_sound_total')).toBe(0);
});

behaviour('thoughts without a beginning', stack, {}, async ({ ask, askAndHear, standIn }) => {
  standIn.control({ llm: { always: `${THOUGHT}\n</think>\n\n${ANSWER}` } });
  // What was said before the first mark came cannot be taken back; from then on it is known.
  await ask();
  await askAndHear(ANSWER);
});

behaviour('only thoughts, then an answer', stack, {}, async ({ askAndHear, grown, standIn }) => {
  const thoughts: ChatAnswer = {
    chunks: [{ delta: { reasoning_content: THOUGHT } }, { delta: {}, finish_reason: 'length' }, DONE],
  };
  standIn.answerChat(({ body }) => ('chat_template_kwargs' in body ? ANSWER : thoughts));
  await askAndHear(ANSWER);
  expect(await grown('voice_agent_turns_without_sound_total')).toBe(0);
});

const SILENT: readonly [string, string, ChatAnswer][] = [
  ['marks', 'unspeakable', '!!!'],
  ['an emoji', 'unspeakable', '🙂'],
  ['only [DONE]', 'empty', { chunks: [DONE] }],
  [
    'a role, then the end',
    'empty',
    { chunks: [{ delta: { role: 'assistant' } }, { delta: {}, finish_reason: 'stop' }, DONE] },
  ],
  [
    'only thoughts',
    'thoughts',
    { chunks: [{ delta: { reasoning_content: THOUGHT } }, { delta: {}, finish_reason: 'length' }, DONE] },
  ],
  [
    'a tool that nobody offered',
    'unknown-tool',
    {
      chunks: [
        {
          delta: {
            tool_calls: [
              { index: 0, id: 'c', type: 'function', function: { name: 'look_up', arguments: '{}' } },
            ],
          },
        },
        { delta: {}, finish_reason: 'tool_calls' },
        DONE,
      ],
    },
  ],
];

behaviour(
  'nothing to say',
  stack,
  { timeoutMs: 120_000 },
  async ({ askAndHear, caller, grown, grownBy, log, standIn }) => {
    for (const [what, reason, always] of SILENT) {
      standIn.control({ llm: { always } });
      const before = standIn.counts('llm').answered;
      const series = `voice_agent_turns_without_sound_total{reason="${reason}"}`;
      const counted = await grown(series);
      await askAndHear(APOLOGY);
      await grownBy(series, counted + 1);
      expect(standIn.counts('llm').answered - before, `requests after ${what}`).toBeLessThanOrEqual(2);
    }
    expect(log().filter(({ msg }) => msg === 'turn without sound')).toHaveLength(SILENT.length);
    expect(caller.events.filter(({ type }) => type === 'error')).toHaveLength(SILENT.length);
    // Nothing was answered, so no turn is said to be.
    expect(caller.events.filter(({ type }) => type === 'turn')).toEqual([]);
    standIn.control({ llm: { always: ANSWER } });
    await askAndHear(ANSWER);
  },
);

behaviour(
  'dead endpoints',
  stack,
  { prompt: 'other', timeoutMs: 90_000 },
  async ({ caller, grownBy, hears, speak, standIn }) => {
    for (const route of ['tts', 'llm', 'stt'] as const) {
      standIn.control({ faults: { [route]: [{ status: 500 }] } });
      const { lastVoicedAtMs } = await speak();
      const heardAtMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
      expect(heardAtMs - lastVoicedAtMs, route).toBeLessThan(SOUND_WITHIN_MS);
      await hears(await answerAfter(caller, lastVoicedAtMs), OTHER_APOLOGY);
      await grownBy(`voice_agent_turns_without_sound_total{reason="${route}"}`, 1);
      standIn.control({ faults: { [route]: [] } });
    }
  },
);
