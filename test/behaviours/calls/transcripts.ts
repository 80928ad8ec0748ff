import { expect } from 'vitest';
import { answerAfter, expectHeard } from '../../e2e/hearing.ts';
import { utterance } from '../../e2e/utterance.ts';
import { ANSWER, behaviour, LONG_ANSWER, promptWith, QUESTION, type Scene, useRows } from '../scene.ts';

const HOLD_MS = 2000;
/** On a busy machine: from the end of the hold to the sound at the caller's ear. */
const SLACK_MS = 2000;

const stack = useRows({
  env: { BARGE_IN_HOLD_MS: String(HOLD_MS) },
  profile: { tts: { realtimeFactor: 4 } },
  prompts: { default: promptWith() },
});

/** Makes a noise that the recogniser writes so, and waits until that was dropped: the `count`th for this reason. */
async function makeNoise(
  { caller, standIn, dropped }: Scene,
  written: string,
  reason: string,
  count = 1,
): Promise<void> {
  standIn.control({ stt: { always: written } });
  await caller.speak(await utterance('Hmm hmm hmm.'));
  await dropped(reason, count);
  standIn.control({ stt: { always: QUESTION } });
}

const asked = ({ standIn }: Scene) =>
  standIn.requests('llm').map(({ details }) => details?.messages.at(-1)?.content);

behaviour('sound described', stack, {}, async (scene) => {
  for (const [written, reason, count] of [
    ['[BLANK_AUDIO]', 'annotation', 1],
    ['♪♪', 'annotation', 2],
    ['Thank you. '.repeat(40), 'repetition', 1],
    ['Subtitles by the Amara.org community', 'phrase', 1],
  ] as const) {
    await makeNoise(scene, written, reason, count);
    await scene.grownBy(`voice_agent_transcripts_dropped_total{reason="${reason}"}`, count);
  }
  expect(asked(scene)).toEqual([]);
  await scene.askAndHear(ANSWER);
});

behaviour(
  'sound described over the agent',
  stack,
  { setUp: (standIn) => standIn.control({ llm: { always: LONG_ANSWER.join(' ') } }) },
  async (scene) => {
    const { caller, standIn } = scene;
    const { lastVoicedAtMs } = await caller.speak(await utterance(QUESTION));
    const startMs = await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
    await makeNoise(scene, '[Music]', 'annotation');
    await expectHeard(standIn, await answerAfter(caller, startMs - 100), [LONG_ANSWER.at(-1) ?? '']);
    expect(caller.transcripts.find(({ text }) => text.startsWith(LONG_ANSWER[0] ?? '?'))?.text.trim()).toBe(
      LONG_ANSWER.join(' '),
    );
    expect(asked(scene)).toEqual([QUESTION]);
  },
);

behaviour(
  'sound described beside words',
  stack,
  { setUp: (standIn) => standIn.control({ stt: { always: `[Music] ${QUESTION} (coughs)` } }) },
  async (scene) => {
    await scene.askAndHear(ANSWER);
    expect(asked(scene)).toEqual([QUESTION]);
  },
);

behaviour(
  'thanks',
  stack,
  { setUp: (standIn) => standIn.control({ stt: { always: 'Thank you.' } }) },
  async (scene) => {
    await scene.askAndHear(ANSWER);
    expect(asked(scene)).toEqual(['Thank you.']);
  },
);

// Last: from then on, the recogniser is known to be slow.
behaviour(
  'transcription hangs over the agent',
  stack,
  { setUp: (standIn) => standIn.control({ llm: { always: LONG_ANSWER.join(' ') } }) },
  async ({ caller, standIn, logged, grownBy }) => {
    const { lastVoicedAtMs } = await caller.speak(await utterance(QUESTION));
    await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
    standIn.control({ stt: { always: '[Music]' }, profile: { stt: { latencyMs: 20_000 } } });
    const noise = await caller.speak(await utterance('Hmm hmm hmm.'));
    await logged('speech over the agent brought no words: the voice goes on');
    const goesOnMs = performance.now() - noise.lastVoicedAtMs;
    expect(goesOnMs).toBeLessThan(HOLD_MS + SLACK_MS);
    await expectHeard(standIn, await answerAfter(caller, noise.lastVoicedAtMs), [LONG_ANSWER.at(-1) ?? '']);
    await grownBy('voice_agent_holds_expired_total', 1);
  },
);
