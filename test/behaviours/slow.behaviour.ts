import { expect } from 'vitest';
import { answerAfter, spokenTexts } from '../e2e/hearing.ts';
import { useStack } from '../e2e/stack.ts';
import { ANSWER, APOLOGY, behaviour, GREETING, promptWith, QUESTION } from './scene.ts';

const STILL_THERE = 'Hello, is somebody there?';
const OTHER_GREETING = 'Good morning, this is the service line.';

const stack = useStack({
  env: { TTS_CACHE: 'true' },
  prompts: {
    default: promptWith(),
    // These two are not kept before a call, and no other call of this worker had them.
    other: promptWith(`still_there: ${STILL_THERE}`).replace(GREETING, OTHER_GREETING),
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
      await hears(await answerAfter(caller, lastVoicedAtMs), APOLOGY);
      const apologisedAtMs = performance.now();
      await caller.waitForSpeech({ afterMs: apologisedAtMs, timeoutMs: 45_000 });
      await hears(await answerAfter(caller, apologisedAtMs), ANSWER);
      requests.push(standIn.requests('stt').length);
    }
    // The first is late as far as anybody knows, and made a second time; the next is not.
    expect(requests).toEqual([2, 3]);
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
      'another phrase to be fetched',
      () => spokenTexts(standIn).includes(STILL_THERE),
      30_000,
    );
    expect(spokenTexts(standIn).lastIndexOf(OTHER_GREETING)).toBeLessThan(
      spokenTexts(standIn).indexOf(STILL_THERE),
    );
  },
);
