import { AudioFrame, AudioSource } from '@livekit/rtc-node';
import type { Config } from '../config/schema.ts';
import type { PersonaStore } from '../persona/store.ts';
import { createLlm } from '../stages/llm.ts';
import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import { createPluginStt } from '../stages/stt.ts';
import { createTts } from '../stages/tts.ts';
import { type CallerVad, Detector } from '../stages/turn/detector.ts';
import { TURN_SAMPLE_RATE } from '../stages/turn/transcriber.ts';

export interface RehearsalParts {
  config: Config;
  personas: PersonaStore;
  vad: CallerVad;
}

/** Silence for the detector: some of its windows. */
const LISTENS_SAMPLES = 0.2 * TURN_SAMPLE_RATE;

/**
 * Does once, in a process that waits for its call, what a call begins with. The first time of anything costs imports and
 * compiling, while the caller would wait for the greeting. Nothing is connected, sent or kept.
 *
 * @throws whatever the start of a call would throw.
 */
export async function rehearse({ config, personas, vad }: RehearsalParts): Promise<void> {
  await personas.load();
  const [persona] = personas.list();
  const hooks = { onError() {} };
  if (persona) await createLlm(config, persona, { hooks });
  await createTts(config, persona ?? {}, hooks);
  // A provider's library is imported when it is first used.
  await createPluginStt(config, undefined, hooks);
  await new Request('http://127.0.0.1/', { method: 'POST', body: '{}' }).json();
  await Promise.all([listen(vad), speak()]);
}

/** As a call does. */
function listen(vad: CallerVad): Promise<void> {
  return new Promise((resolve, reject) => {
    const detector = new Detector(vad, {
      onWindow() {
        detector.close();
        resolve();
      },
      onRestart() {},
      onLost: (reason) => reject(new Error(reason)),
    });
    detector.push(new AudioFrame(new Int16Array(LISTENS_SAMPLES), TURN_SAMPLE_RATE, 1, LISTENS_SAMPLES));
  });
}

async function speak(): Promise<void> {
  const source = new AudioSource(OUTPUT_SAMPLE_RATE, 1);
  const samples = OUTPUT_SAMPLE_RATE / 100;
  await source.captureFrame(new AudioFrame(new Int16Array(samples), OUTPUT_SAMPLE_RATE, 1, samples));
  await source.close();
}
