import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { type Span, voicedExtent } from '../../src/probe/measure.ts';
import { answerAfter, expectHeard } from './hearing.ts';
import { useStack } from './stack.ts';
import { startVoiceServer, type VoiceServer } from './voice-server.ts';

const ANSWER = 'The moon lies on the water.';
const FORMATS = (['pcm', 'wav'] as const).flatMap((container) =>
  [16_000, 22_050, 24_000, 48_000].map((sampleRate) => ({ container, sampleRate })),
);

/** A busy machine delivers late, and the gap makes an answer longer; a wrong rate makes each of them so. */
const HEARINGS = 3;
/** The closest rates of all are 8 % apart. */
const isOwn = (pace = 0) => Math.abs(pace - 1) < 0.05;

let voices: VoiceServer | undefined;
const stack = useStack({ worker: false });
beforeAll(async () => {
  voices = await startVoiceServer(() => stack().standIn);
  await stack().startProgram('start', { TTS_BASE_URL: voices.baseUrl }).logged('worker registered');
});
afterAll(() => voices?.close());

test('speech in any container and rate is heard at its own pitch and pace', async () => {
  const { standIn, callers } = stack();
  standIn.control({ llm: { always: ANSWER } });
  const samples = await standIn.speech(ANSWER);
  const expectedMs = lengthOf(voicedExtent({ samples, sampleRate: 24_000 }));
  const caller = await callers.call();
  for (const format of FORMATS) {
    const paces: number[] = [];
    while (paces.length < HEARINGS && !isOwn(paces.at(-1))) {
      const heard = await hearAnswer(caller, format);
      await expectHeard(standIn, heard, [ANSWER]);
      paces.push(lengthOf(voicedExtent(heard)) / expectedMs);
    }
    expect(paces.some(isOwn), `paces with ${JSON.stringify(format)}: ${paces}`).toBe(true);
  }
});

async function hearAnswer(caller: Guest, format: VoiceServer['format']) {
  if (voices) voices.format = format;
  const askedAtMs = performance.now();
  await caller.sendChat('What do you see?');
  return answerAfter(caller, askedAtMs, 800);
}

const lengthOf = (span: Span | undefined): number => (span ? span.endMs - span.startMs : 0);
