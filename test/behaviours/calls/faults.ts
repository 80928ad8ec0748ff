import { afterAll, expect, test } from 'vitest';
import { SAME_SPEECH } from '../../../src/probe/likeness.ts';
import { answerAfter, likeness } from '../../e2e/hearing.ts';
import { KEY } from '../../helpers/model-routes.ts';
import { FAULT_ROWS, type FaultRow } from '../fault-rows.ts';
import { startGateway } from '../gateway.ts';
import type { RowName } from '../rows.ts';
import {
  ANSWER,
  APOLOGY,
  metricsOf,
  promptWith,
  type Scene,
  sideBySide,
  totalOf,
  useRows,
} from '../scene.ts';

/** From the end of a turn to the first sound. */
const SOUND_WITHIN_MS = 8000;
const ROWS = Object.entries<FaultRow>(FAULT_ROWS).map(([row, rest]) => ({
  row: row as RowName,
  prompt: row.toLowerCase().replaceAll(' ', '-'),
  ...rest,
}));

const gateway = await startGateway();
afterAll(() => gateway.close());

/** One of all requests, so that a gateway tells the call by it. */
const marked = (prompt: string) => {
  const fields = `{ row: ${gateway.markFor(prompt)} }`;
  return promptWith(`extra_body: { stt: ${fields}, llm: ${fields}, tts: ${fields} }`);
};

const stack = useRows({
  sideBySide: true,
  onStandIn: ({ baseUrl }) => gateway.target(baseUrl),
  env: {
    HOSTS: '2',
    OPENAI_BASE_URL: gateway.baseUrl,
    OPENAI_API_KEY: KEY,
    TTS_CACHE: 'true',
    ...{ STT_ATTEMPTS: '1', LLM_ATTEMPTS: '1', TTS_ATTEMPTS: '1' },
    ...{
      STT_FIRST_BYTE_TIMEOUT_MS: '3000',
      LLM_FIRST_BYTE_TIMEOUT_MS: '3000',
      TTS_FIRST_BYTE_TIMEOUT_MS: '3000',
    },
    ...{ STT_STALL_TIMEOUT_MS: '3000', LLM_STALL_TIMEOUT_MS: '3000', TTS_STALL_TIMEOUT_MS: '3000' },
  },
  prompts: {
    default: promptWith(),
    ...Object.fromEntries(ROWS.map(({ prompt }) => [prompt, marked(prompt)])),
  },
});

/** What is heard of an apology: a tone and then its words, where they were not kept yet on a busy machine. */
async function apologyAfter({ caller, standIn }: Pick<Scene, 'caller' | 'standIn'>, afterMs: number) {
  const heard = await answerAfter(caller, afterMs);
  const isSaid = (await likeness(standIn, heard, APOLOGY)) >= SAME_SPEECH;
  return isSaid ? heard : answerAfter(caller, performance.now() - 1000);
}

for (const { row, prompt, bad, stages, told } of ROWS) {
  sideBySide(row, stack, { prompt }, async (scene) => {
    const { askAndHear, caller, hears, log, logged, speak } = scene;
    for (const stage of stages) {
      gateway.answer(prompt, stage, bad);
      const { lastVoicedAtMs } = await speak();
      const heardAtMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
      expect(heardAtMs - lastVoicedAtMs, stage).toBeLessThan(SOUND_WITHIN_MS);
      await hears(await apologyAfter(scene, lastVoicedAtMs), APOLOGY);
      gateway.answer(prompt, stage, undefined);
      const ofCall = { endpoint: stage, pii_caller: caller.identity };
      const { hint, url, ...line } = await logged('endpoint failed', ofCall);
      expect(line).toMatchObject({ failure: told.failure, ...(told.status && { status: told.status }) });
      expect(hint).toMatch(told.hint);
      expect(String(url)).toContain(gateway.baseUrl);
    }
    await askAndHear(ANSWER);
    const lines = log().filter(({ pii_caller }) => pii_caller === caller.identity);
    expect(lines.filter(({ msg }) => msg === 'turn without sound')).toHaveLength(stages.length);
    // The voice is asked for the next piece of an answer while one streams: both may fail.
    expect(lines.filter(({ msg }) => msg === 'endpoint failed').length).toBeLessThanOrEqual(
      stages.length + 1,
    );
    expect(JSON.stringify(lines)).not.toContain(KEY);
  });
}

test.sequential('the metrics count what the log tells', async () => {
  const metrics = await metricsOf(stack());
  const lines = stack().worker.log;
  const failed = lines.filter(({ msg }) => msg === 'endpoint failed');
  const silent = lines.filter(({ msg }) => msg === 'turn without sound');
  for (const { failure, endpoint } of failed) {
    const same = failed.filter((other) => other.failure === failure && other.endpoint === endpoint);
    const series = `voice_agent_endpoint_errors_total{endpoint="${endpoint}",failure="${failure}"}`;
    expect(totalOf(metrics, series), series).toBe(same.length);
  }
  for (const { prompt } of ROWS) {
    const series = `voice_agent_turns_without_sound_total{prompt="${prompt}"}`;
    expect(totalOf(metrics, series), series).toBe(silent.filter((line) => line.prompt === prompt).length);
  }
});
