import { factsOf, relayOf } from './connection.js';
import { byId, showFacts } from './dom.js';
import { RecentLoss } from './recent-loss.js';

/**
 * @import { Room } from 'livekit-client'
 * @import { Candidate, Facts } from './connection.js'
 */

const POLL_MS = 2000;
/** Of these many polls: 10 s. */
const LOSS_SAMPLES = 5;
/** Above them speech has gaps, or answers come late: they are marked. */
const LIMITS = { rttMs: 300, jitterMs: 40, lossPercent: 2 };

/** @param {Candidate | undefined} candidate */
function words(candidate) {
  if (!candidate) return '';
  const { type, protocol, address, relayProtocol } = candidate;
  return `${type} ${relayProtocol || protocol} ${address}`;
}

/**
 * @param {string} name
 * @param {number | undefined} value
 * @param {string} unit
 * @param {number} [limit] above it, it is marked
 * @returns {[string, string, string?]}
 */
function measured(name, value, unit, limit = Number.POSITIVE_INFINITY) {
  if (value === undefined) return [name, ''];
  return value > limit ? [name, `${value} ${unit}`, 'high'] : [name, `${value} ${unit}`];
}

/**
 * Shows the path that the media takes, for as long as the call lasts.
 *
 * @param {Room} room
 * @param {() => readonly string[]} iceServers
 * @returns {{facts: () => Facts, stop: () => void}}
 */
export function watchConnection(room, iceServers) {
  /** @type {Facts} */
  let facts = { path: '' };
  const recent = new RecentLoss(LOSS_SAMPLES);
  const look = async () => {
    const transports = room.engine?.pcManager;
    // Usually there is one connection for both ways; of two, the receiving one counts where both tell.
    const reports = await Promise.all([transports?.publisher.getStats(), transports?.subscriber?.getStats()]);
    facts = Object.assign({ path: '' }, ...reports.map((report) => report && factsOf(report.values())));
    const recentLossPercent = recent.percentAt(facts.counts);
    if (recentLossPercent !== undefined) facts = { ...facts, recentLossPercent };
    show(facts, room, iceServers());
  };
  const poll = () => look().catch(() => {}); // between two connections there are none
  const timer = setInterval(poll, POLL_MS);
  poll();
  return { facts: () => facts, stop: () => clearInterval(timer) };
}

/** A new call: nothing is known of its path yet. */
export function clearConnection() {
  byId('path', HTMLSpanElement).textContent = '';
  showFacts(byId('connection', HTMLDListElement), []);
}

/**
 * @param {Facts} facts
 * @param {Room} room
 * @param {readonly string[]} iceServers
 */
function show(facts, room, iceServers) {
  const { path, local, remote, rttMs, jitterMs, recentLossPercent, lossPercent, sentLossPercent, codec } =
    facts;
  byId('path', HTMLSpanElement).textContent = path ?? '';
  showFacts(byId('connection', HTMLDListElement), [
    measured('Round trip', rttMs, 'ms', LIMITS.rttMs),
    measured('Jitter', jitterMs, 'ms', LIMITS.jitterMs),
    measured('Loss in', recentLossPercent, '% of 10 s', LIMITS.lossPercent),
    measured('in all', lossPercent, '%'),
    measured('Loss out', sentLossPercent, '%', LIMITS.lossPercent),
    ['Relay over', local ? relayOf(local).toUpperCase() : ''],
    ['Here', words(local)],
    ['LiveKit', words(remote)],
    ['TURN used', local && relayOf(local) ? local.url : ''],
    ['Codec', codec ?? ''],
    ['Room', room.name],
    ['Server', room.serverInfo?.version ? `livekit-server ${room.serverInfo.version}` : ''],
    ['ICE servers', iceServers.join('\n') || 'none received'],
  ]);
}
