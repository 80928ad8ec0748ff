import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TurnError } from '../../errors.ts';
import { bindingRequest } from '../../stun/binding.ts';
import { type Allocation, allocate } from '../../stun/client.ts';
import { TRANSACTION_ID_BYTES } from '../../stun/message.ts';
import type { Check, Finding } from '../check.ts';
import type { Relay, Seen } from '../seen.ts';
import { allocateAny } from './relay-permission.ts';

/** For what comes back. */
const WAIT_MS = 1000;
const METADATA = '169.254.169.254';
/** STUN's usual port: of the SFU's own TURN server, outside what a route to its media has. */
const STUN_PORT = 3478;

interface Target {
  peer: string;
  name: string;
  packet: Buffer;
}

export interface RefusesParts {
  /** IPv4 address of the cluster's API; `undefined` outside of one. */
  apiAddress?: () => Promise<string | undefined>;
}

/**
 * The relay leads nowhere but to the SFU: a fixed list of five targets, one packet each, and a target counts only when a
 * packet comes back, since servers give permissions that they do not act on.
 */
export const relayRefuses = ({
  apiAddress = kubernetesAddress,
}: RefusesParts = {}): Check<{ seen: Seen }> => ({
  id: 'relay-refuses',
  proves: 'the relay leads nowhere else',
  needs: ['turn-udp'],
  // What it sends would disturb what they measure.
  after: ['turn-tcp', 'turn-tls', 'path-mtu', 'relay-permission', 'relay-loss'],
  async run({ seen: { relays = [], sfu }, signal }): Promise<Finding | undefined> {
    if (relays.length === 0) return undefined;
    const found = await allocateAny(relays, signal);
    if (!found) return { verdict: 'skip', cause: 'no TURN server gives an allocation' };
    const { allocation, relay } = found;
    try {
      const targets = targetsOf(relay, sfu?.candidates ?? [], await apiAddress());
      const reached = [
        ...(await tryTargets(allocation, targets)),
        ...(await tryOther(allocation, relay, signal)),
      ];
      const tried = [...targets.map(({ name }) => name), OTHER];
      if (reached.length === 0) return { evidence: `nothing came back from ${tried.join(', ')}` };
      return {
        // Two who both ask for it can meet; the rest is reached by anybody with a page.
        verdict: reached.every((name) => name === OTHER) ? 'warn' : 'fail',
        evidence: `packets came back from ${reached.join(', ')}`,
        cause: 'everybody whom LiveKit gives credentials can send there from inside the network',
        fix: 'STUNner: a UDPRoute whose backendRefs name the SFU’s media Service and ports alone; coturn: denied-peer-ip=0.0.0.0-255.255.255.255, then allowed-peer-ip=<each SFU’s address>, and no-loopback-peers (chart: turn.allowedPeers)',
      };
    } finally {
      await allocation.release().catch(() => {});
    }
  },
});

const OTHER = 'another client’s allocation';

function targetsOf({ server }: Relay, candidates: readonly string[], api: string | undefined): Target[] {
  const stun = () =>
    bindingRequest({ transactionId: randomBytes(TRANSACTION_ID_BYTES), attributes: [], length: 0 });
  const [sfu] = candidates;
  const host = sfu?.split(':')[0];
  return [
    // A relay that stands on this machine's loopback has all that it is for there.
    ...(isLoopback(server.host)
      ? []
      : [{ name: 'its own loopback', peer: `127.0.0.1:${server.port}`, packet: stun() }]),
    { name: METADATA, peer: `${METADATA}:53`, packet: DNS_QUERY },
    ...(host
      ? [{ name: 'the SFU outside its media ports', peer: `${host}:${STUN_PORT}`, packet: stun() }]
      : []),
    ...(api ? [{ name: 'the cluster’s API', peer: `${api}:443`, packet: stun() }] : []),
  ];
}

const isLoopback = (host: string) => host === 'localhost' || host.startsWith('127.');

/** One packet each. @returns the names of those from which a packet came back. */
async function tryTargets(allocation: Allocation, targets: readonly Target[]): Promise<string[]> {
  const reached = new Set<string>();
  allocation.listen((_, peer) => reached.add(peer));
  for (const { peer, packet } of targets) {
    try {
      await allocation.permit(peer.split(':')[0] ?? '');
    } catch (error) {
      if (error instanceof TurnError) continue;
      throw error;
    }
    allocation.send(peer, packet);
  }
  await sleep(WAIT_MS);
  return targets.filter(({ peer }) => reached.has(peer)).map(({ name }) => name);
}

/** Both ask for the other's packets, which a relay has to refuse all the same. */
async function tryOther(allocation: Allocation, relay: Relay, signal: AbortSignal): Promise<string[]> {
  let other: Allocation;
  try {
    other = await allocate(relay.server, relay.credentials, { signal });
  } catch (error) {
    if (error instanceof TurnError) return [];
    throw error;
  }
  try {
    let isReached = false;
    other.listen(() => {
      isReached = true;
    });
    await other.permit(allocation.relayed.split(':')[0] ?? '');
    await allocation.permit(other.relayed.split(':')[0] ?? '');
    allocation.send(other.relayed, Buffer.from('voice-agent-check'));
    await sleep(WAIT_MS);
    return isReached ? [OTHER] : [];
  } catch (error) {
    if (error instanceof TurnError) return [];
    throw error;
  } finally {
    await other.release().catch(() => {});
  }
}

/** A DNS query for the root's name servers: some clouds answer names at the metadata address. */
const DNS_QUERY = Buffer.from('abcd01000001000000000000' + '00' + '0002' + '0001', 'hex');

/** As pods find it: the Service that every cluster has. */
async function kubernetesAddress(): Promise<string | undefined> {
  const found = await lookup('kubernetes.default.svc', { family: 4 }).catch(() => undefined);
  return found?.address;
}
