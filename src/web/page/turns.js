/**
 * @import { Turn } from './room-events.js'
 *
 * @typedef {{heardMs?: number, turn?: number, parts?: Turn['parts']}} Answer
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
 * Where the time of an answer went, as parts that follow one another. The transcript and the end of the turn are both
 * counted from the caller's last sound, and the turn cannot end without a transcript: what comes after it was waiting.
 *
 * @param {Turn['parts']} parts
 * @returns {{name: 'stt' | 'end' | 'llm' | 'tts' | 'rest', ms: number}[]}
 */
export function spans({ endpointingMs = 0, sttMs = 0, llmTtftMs = 0, ttsTtfbMs = 0, totalMs = 0 }) {
  const beyond = Math.max(0, endpointingMs - sttMs);
  const known = sttMs + beyond + llmTtftMs + ttsTtfbMs;
  /** @type {{name: 'stt' | 'end' | 'llm' | 'tts' | 'rest', ms: number}[]} */
  const all = [
    { name: 'stt', ms: sttMs },
    { name: 'end', ms: beyond },
    { name: 'llm', ms: llmTtftMs },
    { name: 'tts', ms: ttsTtfbMs },
    { name: 'rest', ms: Math.max(0, totalMs - known) },
  ];
  return all.filter(({ ms }) => ms > 0);
}
