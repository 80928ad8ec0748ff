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
  const found =
    results.find(({ verdict }) => verdict === 'fail') ?? results.find(({ verdict }) => verdict === 'warn');
  if (found) {
    const { verdict, proves, cause, fix } = found;
    const title = verdict === 'fail' ? `Broken: «${proves}».` : `Works, but look at «${proves}».`;
    const text = [works, cause, fix && `What to do: ${fix}`].filter(Boolean).join('\n');
    return { verdict: verdict === 'fail' ? 'fail' : 'warn', title, text };
  }
  return { verdict: 'ok', title: 'Every hop works.', text: works };
}
