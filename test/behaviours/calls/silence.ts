import { beforeAll, expect } from 'vitest';
import { answerAfter } from '../../e2e/hearing.ts';
import { ANSWER, APOLOGY, behaviour, promptWith, QUESTION, useRows } from '../scene.ts';

const FILLERS = ['One moment, please, I am looking.', 'Just a second, it takes a little longer.'] as const;
const MUTE_APOLOGY = 'We are sorry, nothing works today.';
/** From the caller's last sound, on a busy machine: the filler is due after 1.8 s, the apology after 7 s. */
const FILLER_BETWEEN_MS = [1500, 2500] as const;
const APOLOGY_WITHIN_MS = 8000;
const TONES = 'voice_agent_covers_total{what="apology",sound="tone"}';

const stack = useRows({
  env: {
    ...{ TTS_CACHE: 'true', FILLER_AFTER_MS: '1800' },
    // A hung request ends soon after the apology for it, which is the only one.
    ...{ STT_ATTEMPTS: '1', LLM_ATTEMPTS: '1', TTS_ATTEMPTS: '1' },
    ...{ STT_FIRST_BYTE_TIMEOUT_MS: '8000', LLM_FIRST_BYTE_TIMEOUT_MS: '8000' },
    TTS_FIRST_BYTE_TIMEOUT_MS: '8000',
  },
  prompts: { default: promptWith(`fillers: ${JSON.stringify(FILLERS)}`) },
});
beforeAll(() =>
  // After the worker has started: none of its phrases was kept then.
  stack().writePrompt('mute', promptWith('fillers: [Wait, Wait a little]').replace(APOLOGY, MUTE_APOLOGY)),
);

behaviour(
  'no voice since the start',
  stack,
  { prompt: 'mute', setUp: (standIn) => standIn.control({ faults: { tts: [{ status: 500 }] } }) },
  async ({ caller, grown, speak }) => {
    const { lastVoicedAtMs } = await speak();
    const heardAtMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
    expect(heardAtMs - lastVoicedAtMs).toBeLessThan(FILLER_BETWEEN_MS[1]);
    await caller.until('the tone to be counted', async () => (await grown(TONES)) > 0, 10_000);
    expect(await grown('voice_agent_covers_total{sound="words"}')).toBe(0);
  },
);

behaviour(
  'requests that never end',
  stack,
  { timeoutMs: 120_000 },
  async ({ caller, grown, grownBy, hears, speak, standIn }) => {
    for (const [turn, route] of (['tts', 'llm', 'stt'] as const).entries()) {
      standIn.control({ faults: { [route]: [{ hang: true }] } });
      const { lastVoicedAtMs } = await speak();
      const fillerAtMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
      expect(fillerAtMs - lastVoicedAtMs, route).toBeGreaterThan(FILLER_BETWEEN_MS[0]);
      expect(fillerAtMs - lastVoicedAtMs, route).toBeLessThan(FILLER_BETWEEN_MS[1]);
      await hears(await answerAfter(caller, lastVoicedAtMs), FILLERS[turn % 2] ?? '');
      const sorryAfterMs = lastVoicedAtMs + APOLOGY_WITHIN_MS - 1500;
      const apologyAtMs = await caller.waitForSpeech({ afterMs: sorryAfterMs, timeoutMs: 20_000 });
      expect(apologyAtMs - lastVoicedAtMs, route).toBeLessThan(APOLOGY_WITHIN_MS);
      await hears(await answerAfter(caller, sorryAfterMs), APOLOGY);
      standIn.control({ faults: { [route]: [] } });
    }
    await grownBy('voice_agent_covers_total{what="apology",sound="words"}', 3);
    await grownBy('voice_agent_covers_total{what="filler",sound="words"}', 3);
    // Due shortly before the apology: on a busy machine it gives way to it.
    expect(await grown('voice_agent_covers_total{what="filler",sound="tone"}')).toBeGreaterThan(0);
    expect(await grown('voice_agent_dead_air_turns_total')).toBe(0);
  },
);

behaviour('late answer', stack, {}, async ({ caller, hears, log, speak, standIn }) => {
  standIn.control({ profile: { llm: { ttftMs: 4500 } } });
  const { lastVoicedAtMs } = await speak();
  await hears(await answerAfter(caller, lastVoicedAtMs), FILLERS[0]);
  await hears(await answerAfter(caller, lastVoicedAtMs + 4500), ANSWER);
  standIn.control({ profile: { llm: { ttftMs: 0 } } });
  await hears(await answerAfter(caller, (await speak()).lastVoicedAtMs), ANSWER);
  const messages = standIn.requests('llm').at(-1)?.details?.messages ?? [];
  expect(messages.slice(-3).map(({ content }) => content)).toEqual([QUESTION, ANSWER, QUESTION]);
  expect(log().filter(({ msg }) => msg === 'filler')).toHaveLength(1);
});
