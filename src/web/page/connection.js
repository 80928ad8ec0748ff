/**
 * @typedef {{type: string, protocol: string, address: string, relayProtocol: string, url: string}} Candidate
 * @typedef {object} Facts
 * @property {string} [path] in words: direct or relayed, over what
 * @property {Candidate} [local]
 * @property {Candidate} [remote]
 * @property {number} [rttMs]
 * @property {number} [jitterMs] of what arrives
 * @property {number} [lossPercent] of what arrives, over the whole call
 * @property {number} [recentLossPercent] the same, over the last 10 s
 * @property {import('./recent-loss.js').Counts} [counts] of what arrives
 * @property {number} [sentLossPercent] of what LiveKit receives from here
 * @property {string} [codec]
 */

/** @typedef {Record<string, any> & {id: string, type: string}} Stat */

/**
 * The facts of a media path from `RTCPeerConnection.getStats()`.
 *
 * @param {Iterable<Stat>} report
 * @returns {Facts}
 */
export function factsOf(report) {
  const stats = new Map([...report].map((stat) => [stat.id, stat]));
  const all = [...stats.values()];
  const pair = selectedPair(all, stats);
  if (!pair) return {};
  const local = candidateOf(stats.get(pair.localCandidateId));
  const remote = candidateOf(stats.get(pair.remoteCandidateId));
  const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const received = all.find(({ type, kind }) => type === 'remote-inbound-rtp' && kind === 'audio');
  const codec = stats.get(inbound?.codecId ?? '')?.mimeType;
  return {
    path: pathOf(local, remote),
    ...(local && { local }),
    ...(remote && { remote }),
    ...round('rttMs', pair.currentRoundTripTime, 1000, 1),
    ...round('jitterMs', inbound?.jitter, 1000, 1),
    ...round('lossPercent', lossOf(inbound), 100, 2),
    ...(inbound && {
      counts: { lost: Math.max(0, inbound.packetsLost ?? 0), arrived: inbound.packetsReceived ?? 0 },
    }),
    ...round('sentLossPercent', received?.fractionLost, 100, 2),
    ...(codec && { codec: String(codec).replace('audio/', '') }),
  };
}

/**
 * Chrome and Safari name the pair in the transport; Firefox marks it.
 *
 * @param {Stat[]} all
 * @param {Map<string, Stat>} stats
 * @returns {Stat | undefined}
 */
function selectedPair(all, stats) {
  const transport = all.find(
    ({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId,
  );
  if (transport) return stats.get(transport.selectedCandidatePairId);
  return all.find(({ type, selected, nominated, state }) => {
    return type === 'candidate-pair' && (selected || (nominated && state === 'succeeded'));
  });
}

/**
 * @param {Stat | undefined} stat
 * @returns {Candidate | undefined}
 */
function candidateOf(stat) {
  if (!stat) return undefined;
  const address = stat.address ?? stat.ip ?? '';
  const host = address.includes(':') ? `[${address}]` : address || '(hidden)';
  return {
    type: stat.candidateType ?? '',
    protocol: stat.protocol ?? '',
    address: `${host}:${stat.port ?? '?'}`,
    relayProtocol: stat.relayProtocol ?? '',
    url: stat.url ?? '',
  };
}

/**
 * Over what the TURN server is reached; empty without one. Of a relay behind NAT, browsers name the address that LiveKit
 * sees, which is of type prflx, and keep the relay's protocol beside it.
 *
 * @param {Candidate} local
 */
export const relayOf = ({ type, relayProtocol, protocol }) =>
  relayProtocol || (type === 'relay' ? protocol : '');

/**
 * @param {Candidate | undefined} local
 * @param {Candidate | undefined} remote
 */
function pathOf(local, remote) {
  if (!local) return '';
  const relay = relayOf(local);
  if (relay) return `relayed, TURN over ${relay.toUpperCase()}`;
  const kinds = [local.type, remote?.type ?? ''];
  const how = kinds.includes('srflx') || kinds.includes('prflx') ? 'direct through NAT' : 'direct';
  return `${how}, ${local.protocol.toUpperCase()}`;
}

/** @param {Stat | undefined} inbound */
function lossOf(inbound) {
  const packetsLost = inbound?.packetsLost ?? 0;
  const packetsReceived = inbound?.packetsReceived ?? 0;
  const all = packetsLost + packetsReceived;
  return all > 0 ? Math.max(0, packetsLost) / all : undefined;
}

/**
 * @param {string} name
 * @param {number | undefined} value
 * @param {number} factor
 * @param {number} digits
 */
function round(name, value, factor, digits) {
  return typeof value === 'number' ? { [name]: Number((value * factor).toFixed(digits)) } : {};
}
