import { expect } from 'vitest';
import { ANSWER, behaviour, promptWith, useRows } from '../scene.ts';

// A worker of its own: of a server that is known to be slow, a request that hangs is waited for longer.
const stack = useRows({ prompts: { default: promptWith() } });

behaviour(
  'requests that hang',
  stack,
  { timeoutMs: 150_000 },
  async ({ askAndHear, askUntilAnswered, grown, hears, standIn }) => {
    await askAndHear(ANSWER);
    for (const route of ['stt', 'llm', 'tts'] as const) {
      standIn.control({ faults: { [route]: [{ hang: true, times: 1 }] } });
      await hears(await askUntilAnswered(), ANSWER);
    }
    expect(await grown('voice_agent_turns_without_sound_total')).toBe(0);
  },
);
