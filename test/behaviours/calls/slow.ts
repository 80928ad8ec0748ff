import { expect } from 'vitest';
import { answerAfter } from '../../e2e/hearing.ts';
import { ANSWER, APOLOGY, behaviour, promptWith, QUESTION, useRows } from '../scene.ts';

const stack = useRows({ env: { TTS_CACHE: 'true' }, prompts: { default: promptWith() } });

behaviour(
  'slow transcription',
  stack,
  { timeoutMs: 120_000 },
  async ({ caller, grown, hears, standIn, speak }) => {
    standIn.control({ profile: { stt: { latencyMs: 25_000 } } });
    const requests: number[] = [];
    for (let turn = 1; turn <= 2; turn += 1) {
      const { lastVoicedAtMs } = await speak();
      await hears(await answerAfter(caller, lastVoicedAtMs), APOLOGY);
      const apologisedAtMs = performance.now();
      await caller.waitForSpeech({ afterMs: apologisedAtMs, timeoutMs: 45_000 });
      await hears(await answerAfter(caller, apologisedAtMs), ANSWER);
      requests.push(standIn.requests('stt').length);
    }
    // The first is late as far as anybody knows, and made a second time (a pause that was heard in the question asks once more);
    // the next is not.
    const [first = 0, second = 0] = requests;
    expect(first).toBeGreaterThanOrEqual(2);
    expect(second - first).toBe(1);
    const messages = standIn.requests('llm').at(-1)?.details?.messages ?? [];
    const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
    expect(said.slice(-2)).toEqual([QUESTION, QUESTION]);
    expect(await grown('voice_agent_endpoint_errors_total')).toBe(0);
  },
);
