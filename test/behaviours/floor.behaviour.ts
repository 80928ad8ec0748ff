import { expect } from 'vitest';
import { answerAfter, expectHeard } from '../e2e/hearing.ts';
import { useStack } from '../e2e/stack.ts';
import { utterance } from '../e2e/utterance.ts';
import { behaviour, LONG_ANSWER, promptWith, QUESTION } from './scene.ts';

const HOLD_MS = 2000;
/** On a busy machine: from the end of the hold to the sound at the caller's ear. */
const SLACK_MS = 2000;

const stack = useStack({
  env: { BARGE_IN_HOLD_MS: String(HOLD_MS) },
  profile: { tts: { realtimeFactor: 4 } },
  prompts: { default: promptWith() },
});

behaviour(
  'transcription hangs over the agent',
  stack,
  { setUp: (standIn) => standIn.control({ llm: { always: LONG_ANSWER.join(' ') } }) },
  async ({ caller, standIn, logged, grown }) => {
    const { lastVoicedAtMs } = await caller.speak(await utterance(QUESTION));
    await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
    standIn.control({ stt: { always: '[Music]' }, profile: { stt: { latencyMs: 20_000 } } });
    const noise = await caller.speak(await utterance('Hmm hmm hmm.'));
    await logged('speech over the agent brought no words: the voice goes on');
    const goesOnMs = performance.now() - noise.lastVoicedAtMs;
    expect(goesOnMs).toBeLessThan(HOLD_MS + SLACK_MS);
    await expectHeard(standIn, await answerAfter(caller, noise.lastVoicedAtMs), [LONG_ANSWER.at(-1) ?? '']);
    expect(await grown('voice_agent_holds_expired_total')).toBe(1);
  },
);
