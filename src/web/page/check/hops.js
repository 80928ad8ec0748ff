import { conversation, dispatch } from './hops-agent.js';
import { candidates, iceServers, turnTcp, turnTls, turnUdp } from './hops-ice.js';
import { joinDirect, joinRelayTcp, joinRelayTls, joinRelayUdp } from './hops-join.js';
import { mediaEcho, mediaQuality } from './hops-media.js';
import { page, pageToken, signalToken, signalWs } from './hops-signal.js';

/**
 * @import { Context } from './context.js'
 * @import { Hop, Result } from './run.js'
 */

/** In the order in which a call meets them. @type {readonly Hop<Context>[]} */
export const HOPS = [
  ...[page, pageToken, signalWs, signalToken, iceServers, candidates],
  ...[turnUdp, turnTcp, turnTls, joinDirect, joinRelayUdp, joinRelayTcp, joinRelayTls],
  ...[mediaEcho, mediaQuality, dispatch, conversation],
];

const WAYS = {
  'join-direct': 'directly',
  'join-relay-udp': 'by relay over UDP',
  'join-relay-tcp': 'by relay over TCP',
  'join-relay-tls': 'by relay over TLS',
};

/**
 * What came of a check, in a line or two.
 *
 * @param {readonly Result[]} results
 * @returns {{verdict: 'ok' | 'warn' | 'fail', title: string, text: string}}
 */
export function summaryOf(results) {
  const ways = results.filter(({ id, verdict }) => id in WAYS && verdict === 'ok');
  const works =
    ways.length > 0
      ? `Calls reach LiveKit ${ways.map(({ id }) => WAYS[/** @type {keyof typeof WAYS} */ (id)]).join(', ')}.`
      : '';
  const broken = results.find(({ verdict }) => verdict === 'fail');
  if (broken) return { verdict: 'fail', title: `Broken: «${broken.proves}».`, text: works };
  const doubtful = results.find(({ verdict }) => verdict === 'warn');
  if (doubtful) return { verdict: 'warn', title: `Works, but look at «${doubtful.proves}».`, text: works };
  return { verdict: 'ok', title: 'Every hop works.', text: works };
}
