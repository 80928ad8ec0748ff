import { expect } from 'vitest';
import { answerAfter, spokenTexts } from '../e2e/hearing.ts';
import { useStack } from '../e2e/stack.ts';
import { ANSWER, APOLOGY, behaviour, GREETING, promptWith, QUESTION } from './scene.ts';

const OTHER_APOLOGY = 'Sorry, I cannot help you right now.';
const OTHER_GREETING = 'Good morning, this is the service line.';

const stack = useStack({
  env: { TTS_CACHE: 'true' },
  prompts: {
    default: promptWith(),
    // Its phrases were kept by no other call of this worker.
    other: promptWith().replace(APOLOGY, OTHER_APOLOGY).replace(GREETING, OTHER_GREETING),
  },
});

behaviour(
  'slow transcription',
  stack,
  { timeoutMs: 120_000 },
  async ({ caller, grown, hears, standIn, speak }) => {
    standIn.control({ profile: { stt: { latencyMs: 25_000 } } });
    const requests: number[] = [];
    for (let turn = 1; turn <= 2; turn += 1) {
      const { lastVoicedAtMs } = await speak();
      await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 45_000 });
      await hears(await answerAfter(caller, lastVoicedAtMs), ANSWER);
      requests.push(standIn.requests('stt').length);
    }
    expect(requests).toEqual([1, 2]);
    const messages = standIn.requests('llm').at(-1)?.details?.messages ?? [];
    const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
    expect(said.slice(-2)).toEqual([QUESTION, QUESTION]);
    expect(await grown('voice_agent_endpoint_errors_total')).toBe(0);
  },
);

behaviour(
  'slow voice',
  stack,
  { prompt: 'other', setUp: (standIn) => standIn.control({ profile: { tts: { ttfbMs: 7000 } } }) },
  async ({ caller, hears, standIn }) => {
    await hears(caller.heard.between(caller.joinedAtMs, performance.now()), OTHER_GREETING);
    await caller.until(
      'the apology to be fetched',
      () => spokenTexts(standIn).includes(OTHER_APOLOGY),
      30_000,
    );
    expect(spokenTexts(standIn).lastIndexOf(OTHER_GREETING)).toBeLessThan(
      spokenTexts(standIn).indexOf(OTHER_APOLOGY),
    );
  },
);
