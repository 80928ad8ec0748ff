import { expect } from 'vitest';
import { useStack } from '../e2e/stack.ts';
import { ANSWER, behaviour, promptWith } from './scene.ts';

const stack = useStack({ env: { STT_MODE: 'realtime' }, prompts: { default: promptWith() } });

behaviour(
  'realtime refused',
  stack,
  { setUp: (standIn) => standIn.control({ faults: { realtime: [{ status: 403 }] } }) },
  async ({ askAndHear, grown, log }) => {
    await askAndHear(ANSWER);
    await askAndHear(ANSWER);
    const told = log().filter(({ msg }) => msg.startsWith('realtime transcription does not work'));
    expect(told).toMatchObject([{ endpoint: 'stt', status: 403, hint: expect.stringContaining('STT_MODE') }]);
    expect(await grown('voice_agent_endpoint_errors_total{endpoint="stt"}')).toBe(1);
  },
);

behaviour('wrong sample rate', stack, {}, async ({ askAndHear, standIn, grown }) => {
  standIn.control({
    profile: { tts: { sampleRate: 16_000 } },
    faults: { tts: [{ contentType: 'audio/pcm;rate=16000' }] },
  });
  await askAndHear(ANSWER);
  expect(await grown('voice_agent_endpoint_errors_total{endpoint="tts"}')).toBe(0);
});
