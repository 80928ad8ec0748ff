import { fileURLToPath } from 'node:url';
import { readWav, resampled } from '../../src/probe/wav.ts';
import { EchoPath } from '../../src/stages/turn/echo/echo-path.ts';
import { manualClock } from './manual-clock.ts';

const RATE = 8000;
const HEARD_RATE = 16_000;
const FRAME_MS = 10;

/** An `EchoPath` that hears what a worker heard in real calls. */
export function recordedCall() {
  const clock = manualClock();
  const path = new EchoPath(RATE, clock);
  return {
    path,
    /**
     * @param name - of a fixture: `<name>.played.wav` and `<name>.heard.wav`, at 8 kHz.
     * @param onFrame - told the milliseconds of it that have passed.
     */
    async replay(name: string, onFrame: (ms: number) => void = () => {}): Promise<void> {
      const played = (await fixture(`${name}.played`)).samples;
      const heard = resampled(await fixture(`${name}.heard`), HEARD_RATE).samples;
      for (let ms = 0; ms < (played.length * 1000) / RATE; ms += FRAME_MS) {
        path.plays(frameAt(played, ms, RATE), 0);
        clock.advance(FRAME_MS);
        path.hears(frameAt(heard, ms, HEARD_RATE));
        onFrame(ms + FRAME_MS);
      }
    },
  };
}

const fixture = (name: string) => readWav(fileURLToPath(new URL(`../fixtures/${name}.wav`, import.meta.url)));

const frameAt = (samples: Int16Array, ms: number, rate: number) =>
  samples.subarray((ms * rate) / 1000, ((ms + FRAME_MS) * rate) / 1000);
