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
