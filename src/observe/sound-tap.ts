/** Is given the sound of a call as it passes, 16-bit mono. Called on the voice's way: it never waits, and never throws. */
export interface SoundTap {
  /** What the caller's microphone brings, at 16 kHz, just now. */
  hears(samples: Int16Array): void;
  /** A piece of the agent's voice, at 24 kHz, that begins to be played in so many milliseconds. */
  plays(samples: Int16Array, inMs: number): void;
  /** What of it has not been played is not. */
  stops(): void;
}
