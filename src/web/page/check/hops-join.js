import { relayOf } from '../connection.js';
import { textOf } from '../problem.js';
import { known } from './context.js';
import { serverOf } from './gather.js';
import { HopError } from './run.js';

/**
 * @import { Context } from './context.js'
 * @import { Transport } from './ice-servers.js'
 * @import { Participant } from './participant.js'
 * @import { Finding, Hop } from './run.js'
 */

/** Of two computers that reach each other, ICE needs a part of it. */
const DIRECT_WITHIN_MS = 6000;

/** @type {Hop<Context>} */
export const joinDirect = {
  id: 'join-direct',
  proves: 'LiveKit is joined directly',
  needs: ['signal-token'],
  async run({ net, seen, signal }) {
    const { url, ice, participants } = known(seen.grant);
    if (ice.transport === 'relay') return { verdict: 'skip', cause: 'this installation uses relays only' };
    const { token } = known(participants[1]);
    const direct = await net.enter({ url, token, relay: false, iceServers: [] });
    // Where calls go by relay there may be no direct path, and nobody waits long for one.
    const late = net.pause(DIRECT_WITHIN_MS, signal).then(async () => {
      if (await isRelayed(known(seen.echo)))
        throw new HopError({ evidence: `no path within ${DIRECT_WITHIN_MS / 1000} s` });
      return direct.joined;
    });
    late.catch(() => {});
    try {
      return await joined('direct', direct, Promise.race([direct.joined, late]), seen);
    } catch (error) {
      await direct.leave();
      return await withoutDirect(error, known(seen.echo));
    }
  },
};

/** @param {Participant} echo */
async function isRelayed(echo) {
  await echo.joined;
  const { local } = await echo.facts();
  return local !== undefined && relayOf(local) !== '';
}

/**
 * Where a relay carries the call, nothing is wrong with having no other path.
 *
 * @param {unknown} error
 * @param {Participant} echo
 * @returns {Promise<Finding>}
 * @throws {HopError}
 */
async function withoutDirect(error, echo) {
  const isReached = await echo.joined.then(
    () => true,
    () => false,
  );
  if (isReached)
    return { verdict: 'skip', cause: 'there is no direct path, and none is needed: the relay carries calls' };
  throw new HopError({
    evidence: textOf(error),
    cause: 'Neither the addresses that LiveKit offers nor a relay is reached from here.',
    fix: "Open LiveKit's media ports to this network (rtc.udp_port or rtc.port_range_start to port_range_end over UDP, rtc.tcp_port over TCP) and set rtc.node_ip to an address that is reached from here; or have callers relayed: rtc.turn_servers.",
  });
}

/**
 * @param {Transport} transport
 * @param {number} at which of the participants
 * @returns {Hop<Context>}
 */
const joinRelayed = (transport, at) => ({
  id: `join-relay-${transport}`,
  proves: `LiveKit is joined by a relay over ${transport.toUpperCase()}`,
  needs: [`turn-${transport}`],
  async run({ net, seen }) {
    const doors = known(seen.doors).filter((door) => door.kind === 'turn' && door.transport === transport);
    if (doors.length === 0)
      return { verdict: 'skip', cause: `LiveKit hands out none over ${transport.toUpperCase()}` };
    const { url, participants } = known(seen.grant);
    const { token } = known(participants[at]);
    const relayed = await net.enter({ url, token, relay: true, iceServers: doors.map(serverOf) });
    try {
      return await joined(`relay-${transport}`, relayed, relayed.joined, seen);
    } catch (error) {
      await relayed.leave();
      throw new HopError({
        evidence: textOf(error),
        cause:
          'The TURN server lends an address, and nothing sent through it reaches LiveKit: it has no permission to, or LiveKit names an address that it does not reach.',
        fix: 'STUNner: kubectl get udproute -A -o yaml: its backendRefs must name a Service whose endpoints are the pods of LiveKit, in all their ports. LiveKit: rtc.node_ip must be the address of its pod (use_external_ip: false). coturn: allowed-peer-ip must have that address. A NetworkPolicy must let the relay in.',
      });
    }
  },
});
export const joinRelayUdp = joinRelayed('udp', 2);
export const joinRelayTcp = joinRelayed('tcp', 3);
export const joinRelayTls = joinRelayed('tls', 4);

/**
 * @param {string} way
 * @param {Participant} participant
 * @param {Promise<number>} media
 * @param {Context['seen']} seen
 * @returns {Promise<string>}
 */
async function joined(way, participant, media, seen) {
  const ms = await media;
  seen.ways.set(way, { participant, ms });
  const { local, remote, path = '' } = await participant.facts();
  const pair = local && remote ? `: ${local.address} to ${remote.address}` : '';
  return `${path} in ${ms} ms${pair}`;
}
