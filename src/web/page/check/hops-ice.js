import { known } from './context.js';
import { serverOf } from './gather.js';
import { doorsOf, judgeIceServers } from './ice-servers.js';
import { HopError } from './run.js';

/**
 * @import { Context } from './context.js'
 * @import { Found, Gathered } from './gather.js'
 * @import { Door, Transport } from './ice-servers.js'
 * @import { Finding, Hop } from './run.js'
 */

/** @type {Hop<Context>} */
export const iceServers = {
  id: 'ice-servers',
  proves: 'the ICE servers that LiveKit hands out are sound',
  needs: ['signal-token'],
  async run({ net, seen }) {
    const servers = known(seen.iceServers);
    seen.doors = doorsOf(servers).filter(({ fault }) => !fault);
    return judgeIceServers(servers, net.now(), known(seen.grant).publicStun);
  },
};

/** What each type of candidate means. @type {Record<Found['type'], string>} */
const MEANINGS = {
  host: 'addresses of this computer: direct paths begin there',
  srflx: 'how a STUN server sees this computer: there is NAT in between, or a VPN',
  prflx: 'how LiveKit sees this computer',
  relay: 'lent by a TURN server: works through any NAT',
};

/** @type {Hop<Context>} */
export const candidates = {
  id: 'candidates',
  proves: 'this browser finds addresses for media',
  needs: ['ice-servers'],
  async run({ net, seen, signal }) {
    const servers = known(seen.doors).map(serverOf);
    const { candidates: found } = await net.gather({ iceServers: servers, policy: 'all', signal });
    return judgeCandidates(found);
  },
};

/**
 * @param {readonly Found[]} found
 * @returns {Finding}
 */
export function judgeCandidates(found) {
  const types = Object.entries(MEANINGS).map(([type, meaning]) => {
    const own = found.filter((candidate) => candidate.type === type);
    const shown = [...new Set(own.map(({ protocol, address }) => `${protocol} ${address || '(hidden)'}`))];
    return own.length > 0 ? `${type}: ${shown.join(', ')} (${meaning})` : '';
  });
  const evidence = types.filter(Boolean).join('\n');
  if (found.length === 0)
    return {
      ...{ verdict: 'fail', evidence: 'none' },
      cause: 'This browser gathers nothing: WebRTC is switched off by a policy or an extension.',
      fix: 'Try another browser or a window without extensions; chrome://policy shows WebRtcIPHandling, which must not forbid it.',
    };
  if (found.every(({ type }) => type === 'relay'))
    return { evidence: `${evidence}\nno other: paths by relay only` };
  return { evidence };
}

/** @param {Transport} transport */
const doorTo = (transport) => (/** @type {Door} */ door) =>
  door.kind === 'turn' && door.transport === transport;

/**
 * A TURN server lends an address, over one transport.
 *
 * @param {Transport} transport
 * @returns {Hop<Context>}
 */
const turnOver = (transport) => ({
  id: `turn-${transport}`,
  proves: `a TURN server is reached over ${transport.toUpperCase()}`,
  needs: ['ice-servers'],
  async run({ net, seen, signal }) {
    const doors = known(seen.doors).filter(doorTo(transport));
    if (doors.length === 0)
      return { verdict: 'skip', cause: `LiveKit hands out none over ${transport.toUpperCase()}` };
    const iceServers = doors.map(serverOf);
    const found = await net.gather({ iceServers, policy: 'relay', signal, firstRelay: true });
    return judgeRelay(doors, found);
  },
});
export const turnUdp = turnOver('udp');
export const turnTcp = turnOver('tcp');
export const turnTls = turnOver('tls');

/**
 * @param {readonly Door[]} doors
 * @param {Gathered} found
 * @returns {Finding}
 * @throws {HopError}
 */
export function judgeRelay(doors, { candidates: [relay], errors }) {
  const urls = doors.map(({ url }) => url).join(', ');
  if (relay) return { evidence: `${urls} lends ${relay.address || 'an address'}` };
  const [refusal] = errors.filter(({ code }) => code < 700);
  const evidence = `${urls}: ${refusal ? `${refusal.code} ${refusal.text}` : 'no answer'}`;
  if (refusal) throw new HopError({ evidence, ...refusalOf(refusal.code) });
  const ports = [...new Set(doors.map(portOf))].join(', ');
  throw new HopError({
    evidence,
    cause: `Nothing answers at ${ports}: the port is closed between here and there, or nothing listens behind the load balancer.`,
    fix: `Open ${ports} from this network (VPN, firewall). In the cluster: kubectl get gateway,udproute,svc -A shows whether the listener is Programmed and stands in the Service; the load balancer needs a listener of its own for each protocol.`,
  });
}

/** @param {number} code of STUN */
function refusalOf(code) {
  if (code === 401 || code === 441)
    return {
      cause: 'The TURN server is reached and refuses the credentials that LiveKit hands out.',
      fix: 'Give LiveKit (rtc.turn_servers in livekit.yaml) and the TURN server (STUNner: GatewayConfig; coturn: static-auth-secret) the same secret, or username and password, and the same way of authentication.',
    };
  if (code === 486 || code === 508)
    return {
      cause: 'The TURN server has no relay left.',
      fix: 'Widen its range of relay ports (coturn: min-port, max-port, user-quota), or add a replica.',
    };
  return {
    cause: 'The TURN server is reached and refuses.',
    fix: 'Its log says why: kubectl logs of the STUNner or coturn pod.',
  };
}

/** @param {Door} door */
function portOf({ host, port, transport }) {
  return `${transport === 'udp' ? 'UDP' : 'TCP'} ${port || (transport === 'tls' ? '5349' : '3478')} of ${host}`;
}
