/**
 * @typedef {'endpointingMs' | 'totalMs' | 'pauseMs' | 'sttMs' | 'holdMs' | 'llmTtftMs' | 'clauseMs' | 'ttsTtfbMs'
 *   | 'readyMs'} Part
 * @typedef {{turn: number, parts: Partial<Record<Part, number>>}} Turn
 * @typedef {{type: 'turn'} & Turn | {type: 'error', message: string, detail?: string, hint?: string}
 *   | {type: 'notice', message: string} | {type: 'ending', reason: string} | {type: 'turn-goes-on'}} AgentEvent
 */

/** The agent's own are a few hundred bytes. */
const MOST_BYTES = 16_384;
/** Longer texts are cut. */
const MOST_CHARACTERS = 500;
/** No answer takes longer; figures beyond it are not drawn. */
const LONGEST_MS = 3_600_000;
const PARTS = /** @type {const} */ ([
  'endpointingMs',
  'totalMs',
  'pauseMs',
  'sttMs',
  'holdMs',
  'llmTtftMs',
  'clauseMs',
  'ttsTtfbMs',
  'readyMs',
]);

/**
 * What the agent tells about itself: time of each turn, faults, notices, the end, and that the caller
 * goes on with a turn that was answered too early. What is not of that form is `undefined`,
 * whatever it is; only known fields are taken.
 *
 * @param {Uint8Array} bytes of a data packet
 * @returns {AgentEvent | undefined}
 */
export function parseAgentEvent(bytes) {
  const event = bytes.byteLength > MOST_BYTES ? undefined : recordOf(bytes);
  if (event?.type === 'turn') return turnOf(event);
  if (event?.type === 'turn-goes-on') return { type: 'turn-goes-on' };
  if (event?.type === 'error') {
    const message = textOf(event.message);
    const detail = textOf(event.detail);
    const hint = textOf(event.hint);
    return message ? { type: 'error', message, ...(detail && { detail }), ...(hint && { hint }) } : undefined;
  }
  if (event?.type === 'notice') {
    const message = textOf(event.message);
    return message ? { type: 'notice', message } : undefined;
  }
  const reason = event?.type === 'ending' ? textOf(event.reason) : '';
  return reason ? { type: 'ending', reason } : undefined;
}

/**
 * @param {Record<string, unknown>} event
 * @returns {AgentEvent | undefined}
 */
function turnOf({ turn, parts }) {
  if (typeof turn !== 'number' || !isRecord(parts)) return undefined;
  /** @type {Turn['parts']} */
  const known = {};
  for (const part of PARTS) {
    const ms = parts[part];
    if (typeof ms === 'number' && ms >= 0 && ms <= LONGEST_MS) known[part] = ms;
  }
  return { type: 'turn', turn, parts: known };
}

/** @param {Uint8Array} bytes */
function recordOf(bytes) {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function textOf(value) {
  return typeof value === 'string' ? value.slice(0, MOST_CHARACTERS).trim() : '';
}
