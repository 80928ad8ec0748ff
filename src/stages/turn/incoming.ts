import type { AudioFrame } from '@livekit/rtc-node';

/** Some 10 s in windows of the detector. */
const MOST_WAITING = 312;

/** The caller's sound on its way to who listens: what comes while nobody does waits, the last 10 s of it. */
export class Incoming {
  #hear: ((frame: AudioFrame) => void) | undefined;
  #waiting: AudioFrame[] = [];

  push(frame: AudioFrame): void {
    if (this.#hear) {
      this.#hear(frame);
      return;
    }
    this.#waiting.push(frame);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /**
   * In place of who listened before.
   *
   * @param hear - given what waits at once.
   * @returns a promise that never resolves, and rejects with what `hear` throws; and what ends the listening.
   */
  listen(hear: (frame: AudioFrame) => void): { failed: Promise<never>; stop(): void } {
    const { promise: failed, reject } = withReject();
    const guarded = (frame: AudioFrame) => {
      try {
        hear(frame);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const stop = () => {
      if (this.#hear === guarded) this.#hear = undefined;
    };
    this.#hear = guarded;
    for (const frame of this.#waiting.splice(0)) this.push(frame);
    return { failed, stop };
  }
}

/** What comes through the framework, until it ends; its symbols are no sound. */
export async function hearAll(
  input: AsyncIterable<AudioFrame | symbol>,
  hear: (frame: AudioFrame) => void,
): Promise<void> {
  for await (const frame of input) if (typeof frame !== 'symbol') hear(frame);
}

function withReject() {
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  // Who listens may have left before.
  promise.catch(() => {});
  return { promise, reject };
}
