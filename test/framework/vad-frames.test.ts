import { inference, initializeLogger, VAD, type VADEvent, VADEventType, VADStream } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { withOwnAudio } from '../../src/framework/vad-frames.ts';

/** Sends its buffer as both detectors of agents 1.9.0 do, and overwrites it. */
class OverwritingVad extends VAD {
  readonly label = 'overwriting';
  readonly buffer = new Int16Array([1, 2, 3]);
  constructor() {
    super({ updateInterval: 32 });
  }
  override stream(): OverwritingStream {
    return new OverwritingStream(this);
  }
}

class OverwritingStream extends VADStream {
  readonly label = 'overwriting';
  readonly #buffer: Int16Array;
  constructor(vad: OverwritingVad) {
    super(vad);
    this.#buffer = vad.buffer;
  }
  endSpeech(): void {
    const frames = [new AudioFrame(this.#buffer, 16_000, 1, this.#buffer.length)];
    this.sendVADEvent({ type: VADEventType.END_OF_SPEECH, frames } as VADEvent);
    this.#buffer.fill(0);
  }
}

async function heardFrom(vad: OverwritingVad): Promise<number[]> {
  initializeLogger({ pretty: false, level: 'fatal' });
  const stream = vad.stream();
  stream.endSpeech();
  const { value } = await stream.next();
  stream.close();
  return [...(value?.frames[0]?.data ?? [])];
}

test('speech that is sent is not overwritten', async () => {
  expect(await heardFrom(new OverwritingVad())).toEqual([0, 0, 0]);
  const copying = new OverwritingVad();
  withOwnAudio(copying);
  expect(await heardFrom(copying)).toEqual([1, 2, 3]);
});

test("agents' detector sends through the member that is replaced", () => {
  initializeLogger({ pretty: false, level: 'fatal' });
  const stream = new inference.VAD().stream();
  expect(Reflect.get(stream, 'sendVADEvent')).toBe(Reflect.get(VADStream.prototype, 'sendVADEvent'));
  stream.close();
});
