/** @typedef {{key: string, speaker: string | undefined, isFinal: boolean}} Line */

/**
 * What is shown no more when the caller goes on with a turn that had ended too early: what they said in it, which comes again
 * with the rest, and the answer to it. What they say now is not final yet, and stays, as does what others say.
 *
 * @param {readonly Line[]} lines in the order in which they began, without what was written
 * @returns {string[]} keys
 */
export function takenBack(lines) {
  const from = lines.findLastIndex(({ speaker, isFinal }) => speaker === 'caller' && isFinal);
  if (from < 0) return [];
  return lines
    .slice(from)
    .filter(({ speaker }, index) => index === 0 || speaker === 'agent')
    .map(({ key }) => key);
}

/**
 * For so long after it was taken back, words of an answer may still come: its first are on their way, as another stream than
 * the event. The caller is still speaking then, so a new answer does not begin.
 */
const STILL_COMES_MS = 2000;

/** Tells a line of an answer that was taken back before anything of it was shown. */
export class LateAnswer {
  #takenBackAtMs = Number.NEGATIVE_INFINITY;

  /** @param {number} nowMs of a clock that only goes forward */
  takeBack(nowMs) {
    this.#takenBackAtMs = nowMs;
  }

  /** What the caller said is final: the next answer is to it. */
  callerSpoke() {
    this.#takenBackAtMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * @param {string} speaker of a line that begins
   * @param {number} nowMs
   */
  isOf(speaker, nowMs) {
    return speaker === 'agent' && nowMs - this.#takenBackAtMs < STILL_COMES_MS;
  }
}
