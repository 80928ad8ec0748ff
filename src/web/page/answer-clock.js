/** Sounds shorter than this are clicks, not speech. */
const VOICED_MS = 120;
/** A pause inside speech; longer ones end it. */
const PAUSE_MS = 400;
const LONGEST_MS = 30_000;

/**
 * Measures how long the caller waited for each answer, from what can be heard in this browser: the caller's last
 * sound to the agent's first. Network, playback and all are in it. Pure: time and loudness come in as arguments.
 */
export class AnswerClock {
  #callerSinceMs = 0;
  #callerLastMs = Number.NEGATIVE_INFINITY;
  #agentLastMs = Number.NEGATIVE_INFINITY;
  /** @type {number | undefined} */ #askedMs;

  /**
   * What the microphone hears while the agent speaks does not count: it may be the agent's own echo, and a caller who
   * interrupts is heard on when the agent has stopped.
   *
   * @param {number} nowMs
   * @param {boolean} callerSpeaks
   * @param {boolean} agentSpeaks
   * @returns {number | undefined} the wait in milliseconds, at the moment an answer starts
   */
  hear(nowMs, callerSpeaks, agentSpeaks) {
    if (callerSpeaks && !agentSpeaks) {
      if (nowMs - this.#callerLastMs > PAUSE_MS) this.#callerSinceMs = nowMs;
      this.#callerLastMs = nowMs;
      if (nowMs - this.#callerSinceMs >= VOICED_MS) this.#askedMs = nowMs;
    }
    if (!agentSpeaks) return undefined;
    const isStart = nowMs - this.#agentLastMs > PAUSE_MS;
    this.#agentLastMs = nowMs;
    if (!isStart || this.#askedMs === undefined) return undefined;
    const waitedMs = nowMs - this.#askedMs;
    this.#askedMs = undefined;
    return waitedMs > LONGEST_MS ? undefined : waitedMs;
  }

  /**
   * The caller wrote instead of speaking.
   *
   * @param {number} nowMs
   */
  wrote(nowMs) {
    this.#askedMs = nowMs;
  }
}
