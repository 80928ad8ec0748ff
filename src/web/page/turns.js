/**
 * @import { Turn } from './agent-event.js'
 *
 * @typedef {{heardMs?: number, turn?: number, parts?: Turn['parts']}} Answer
 * @typedef {'pause' | 'stt' | 'hold' | 'llm' | 'clause' | 'tts' | 'ready' | 'other'} StepName
 * @typedef {{name: StepName, fromMs: number, ms: number}} Step
 */

/**
 * The answers of a call. The browser hears an answer start; the agent tells its parts when it has ended, so the
 * last answer without parts is the one that is meant.
 */
export class Answers {
  /** @type {Answer[]} */ list = [];

  /** @param {number} heardMs */
  heard(heardMs) {
    this.list.push({ heardMs: Math.round(heardMs) });
  }

  /** @param {Turn} turn */
  told({ turn, parts }) {
    const last = this.list.at(-1);
    if (last && !last.parts) Object.assign(last, { turn, parts });
    else this.list.push({ turn, parts });
  }

  /** Of what was heard, or else told; `undefined` while there is nothing. */
  medianMs() {
    const times = this.list
      .map(({ heardMs, parts }) => heardMs ?? parts?.totalMs)
      .filter((ms) => ms !== undefined);
    const sorted = times.sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle];
    if (upper === undefined) return undefined;
    return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] ?? upper) + upper) / 2);
  }
}

/**
 * The steps from the caller's last sound to the answer, each begun when the one before it had ended. The agent's own
 * stages tell them without a hole; what a stage did not tell is in the step after it. The framework's figures are
 * coarser: there the transcript is counted from the last sound, and the model waited for the end of the turn.
 *
 * @param {NonNullable<Answer['parts']>} parts
 * @returns {Step[]}
 */
export function waterfall(parts) {
  const { pauseMs, sttMs, holdMs, llmTtftMs, clauseMs, ttsTtfbMs, readyMs, otherMs } =
    parts.readyMs === undefined ? filledUp(parts) : withoutGuess(parts);
  /** @type {[StepName, number | undefined][]} */
  const chain = [
    ['pause', pauseMs],
    ['stt', sttMs],
    ['hold', holdMs],
    ['llm', llmTtftMs],
    ['clause', clauseMs],
    ['tts', ttsTtfbMs],
    ['ready', readyMs],
    ['other', otherMs],
  ];
  let fromMs = 0;
  return chain.flatMap(([name, ms]) => {
    if (ms === undefined) return [];
    const step = { name, fromMs, ms };
    fromMs += ms;
    return [step];
  });
}

/**
 * Nobody knows that the answer was ready where its voice did not tell when it began.
 *
 * @param {NonNullable<Answer['parts']>} parts
 * @returns {NonNullable<Answer['parts']> & {otherMs?: number | undefined}}
 */
function withoutGuess(parts) {
  if (parts.ttsTtfbMs !== undefined) return parts;
  const { readyMs, ...others } = parts;
  return { ...others, otherMs: readyMs };
}

/**
 * @param {NonNullable<Answer['parts']>} parts
 * @returns {NonNullable<Answer['parts']> & {otherMs?: number | undefined}}
 */
function filledUp(parts) {
  const { endpointingMs = 0, sttMs = 0, llmTtftMs = 0, ttsTtfbMs = 0 } = parts;
  const workMs = sttMs + llmTtftMs + ttsTtfbMs;
  const waitedMs = Math.max(0, endpointingMs - sttMs);
  const leftMs = Math.max(0, (parts.totalMs ?? workMs + waitedMs) - workMs);
  // A model that was asked ahead of the end of the turn waited for less of it.
  const holdMs = Math.min(waitedMs, leftMs);
  return { ...parts, ...(holdMs && { holdMs }), ...(leftMs > holdMs && { otherMs: leftMs - holdMs }) };
}

/** Widths of the scale between two of its figures. */
const TICKS_MS = [100, 200, 500, 1000, 2000, 5000];
const MOST_TICKS = 4;

/**
 * The scale that all answers are drawn on; it begins at the caller's last sound.
 *
 * @param {readonly Answer[]} answers
 */
export function scaleOf(answers) {
  const endsMs = answers.flatMap(({ heardMs = 0, parts = {} }) => {
    const last = waterfall(parts).at(-1);
    return [heardMs, parts.totalMs ?? 0, parts.endpointingMs ?? 0, last ? last.fromMs + last.ms : 0];
  });
  const longestMs = Math.max(1, ...endsMs);
  const tickMs = TICKS_MS.find((ms) => longestMs / ms <= MOST_TICKS) ?? 10_000;
  return { longestMs, tickMs };
}
