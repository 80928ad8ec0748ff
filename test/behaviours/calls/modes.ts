import { expect } from 'vitest';
import { spokenTexts } from '../../e2e/hearing.ts';
import { ANSWER, behaviour, GREETING, promptWith, useRows } from '../scene.ts';

const STILL_THERE = 'Hello, is somebody there?';
const OTHER_GREETING = 'Good morning, this is the service line.';

const stack = useRows({
  env: { STT_MODE: 'realtime', TTS_CACHE: 'true' },
  prompts: {
    default: promptWith(),
    // These two are not kept before a call, and no other call of this worker had them.
    other: promptWith(`still_there: ${STILL_THERE}`).replace(GREETING, OTHER_GREETING),
  },
});

behaviour(
  'realtime refused',
  stack,
  { setUp: (standIn) => standIn.control({ faults: { realtime: [{ status: 403 }] } }) },
  async ({ askAndHear, grownBy, log }) => {
    await askAndHear(ANSWER);
    await askAndHear(ANSWER);
    const told = log().filter(({ msg }) => msg.startsWith('realtime transcription does not work'));
    expect(told).toMatchObject([{ endpoint: 'stt', status: 403, hint: expect.stringContaining('STT_MODE') }]);
    await grownBy('voice_agent_endpoint_errors_total{endpoint="stt"}', 1);
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

// Last: from then on, the voice is known to be slow.
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
