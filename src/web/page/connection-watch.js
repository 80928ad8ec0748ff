import { factsOf } from './connection.js';
import { byId, showFacts } from './dom.js';

/**
 * @import { Room } from 'livekit-client'
 * @import { Candidate, Facts } from './connection.js'
 */

const POLL_MS = 2000;

/** @param {Candidate | undefined} candidate */
function words(candidate) {
  if (!candidate) return '';
  const { type, protocol, address, relayProtocol } = candidate;
  return `${type} ${relayProtocol || protocol} ${address}`;
}

/**
 * @param {number | undefined} value
 * @param {string} unit
 */
const measured = (value, unit) => (value === undefined ? '' : `${value} ${unit}`);

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
  const look = async () => {
    const transports = room.engine?.pcManager;
    // Usually there is one connection for both ways; of two, the receiving one counts where both tell.
    const reports = await Promise.all([transports?.publisher.getStats(), transports?.subscriber?.getStats()]);
    facts = Object.assign({ path: '' }, ...reports.map((report) => report && factsOf(report.values())));
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
  const { path, local, remote, rttMs, jitterMs, lossPercent, sentLossPercent, codec } = facts;
  byId('path', HTMLSpanElement).textContent = path ?? '';
  showFacts(byId('connection', HTMLDListElement), [
    ['Round trip', measured(rttMs, 'ms')],
    ['Jitter', measured(jitterMs, 'ms')],
    ['Loss in', measured(lossPercent, '%')],
    ['Loss out', measured(sentLossPercent, '%')],
    ['Here', words(local)],
    ['LiveKit', words(remote)],
    ['TURN used', local?.type === 'relay' ? local.url : ''],
    ['Codec', codec ?? ''],
    ['Room', room.name],
    ['Server', room.serverInfo?.version ? `livekit-server ${room.serverInfo.version}` : ''],
    ['ICE servers', iceServers.join('\n') || 'none received'],
  ]);
}
