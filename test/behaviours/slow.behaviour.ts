import { expect } from 'vitest';
import { answerAfter } from '../e2e/hearing.ts';
import { useStack } from '../e2e/stack.ts';
import { ANSWER, behaviour, GREETING, promptWith, QUESTION } from './scene.ts';

const stack = useStack({ env: { TTS_CACHE: 'true' }, prompts: { default: promptWith() } });

behaviour('slow transcription', stack, {}, async ({ caller, hears, standIn, speak }) => {
  standIn.control({ profile: { stt: { latencyMs: 25_000 } } });
  const { lastVoicedAtMs } = await speak();
  await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 40_000 });
  await hears(await answerAfter(caller, lastVoicedAtMs), ANSWER);
  expect(standIn.requests('stt').map(({ outcome }) => outcome)).toEqual(['answered']);
  expect(standIn.requests('llm').at(-1)?.details?.messages.at(-1)?.content).toBe(QUESTION);
});

behaviour(
  'slow voice',
  stack,
  { setUp: (standIn) => standIn.control({ profile: { tts: { ttfbMs: 7000 } } }) },
  async ({ standIn }) => {
    // The greeting was heard, or the call would not have come so far.
    const greetings = standIn.requests('tts').filter(({ details }) => details?.input === GREETING);
    expect(greetings.map(({ outcome }) => outcome)).toEqual(['answered']);
    expect(standIn.requests('tts')[0]?.details?.input).toBe(GREETING);
  },
);

behaviour('requests that hang', stack, {}, async ({ askAndHear, grown, standIn }) => {
  await askAndHear(ANSWER);
  for (const route of ['stt', 'llm', 'tts'] as const) {
    standIn.control({ faults: { [route]: [{ hang: true, times: 1 }] } });
    await askAndHear(ANSWER);
  }
  expect(await grown('voice_agent_turns_without_sound_total')).toBe(0);
});
