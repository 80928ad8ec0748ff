/** Cuts samples that come in pieces of any length into frames of one length, and hands on each, an array of its own, once it is whole. */
export class WholeFrames {
  readonly #onFrame: (frame: Int16Array) => void;
  #next: Int16Array;
  #filled = 0;

  /** @param length - samples of a frame. */
  constructor(length: number, onFrame: (frame: Int16Array) => void) {
    this.#onFrame = onFrame;
    this.#next = new Int16Array(length);
  }

  push(samples: Int16Array): void {
    for (let from = 0; from < samples.length; ) {
      const part = samples.subarray(from, from + this.#next.length - this.#filled);
      this.#next.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === this.#next.length) this.#onFrame(this.takeRest());
    }
  }

  /** What there is of the next frame, which begins anew. */
  takeRest(): Int16Array {
    const rest = this.#next.subarray(0, this.#filled);
    this.#next = new Int16Array(this.#next.length);
    this.#filled = 0;
    return rest;
  }
}
