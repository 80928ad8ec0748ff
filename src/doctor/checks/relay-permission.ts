import { TurnError } from '../../errors.ts';
import { type Allocation, allocate } from '../../stun/client.ts';
import type { Check, Finding } from '../check.ts';
import type { Relay, Seen } from '../seen.ts';
import type { SfuMedia } from '../sfu-media.ts';

/** When an ICE check is sent again, in ms after the first. */
const AGAIN_MS = [300, 900, 1800];
const WITHIN_MS = 3000;

/** The first door that gives an allocation, UDP before TCP before TLS. */
export async function allocateAny(
  relays: readonly Relay[],
  signal: AbortSignal,
): Promise<{ allocation: Allocation; relay: Relay } | undefined> {
  const order = ['udp', 'tcp', 'tls'];
  const inOrder = relays.toSorted(
    (a, b) => order.indexOf(a.server.transport) - order.indexOf(b.server.transport),
  );
  for (const relay of inOrder) {
    try {
      return { allocation: await allocate(relay.server, relay.credentials, { signal }), relay };
    } catch (error) {
      if (!(error instanceof TurnError)) throw error;
    }
  }
  return undefined;
}

/** The relay lets packets through to the SFU and back: an ICE check of our own participant is answered. */
export const relayPermission: Check<{ seen: Seen }> = {
  id: 'relay-permission',
  proves: 'the relay reaches the SFU',
  needs: ['ice-servers', 'turn-udp'],
  after: ['turn-tcp', 'turn-tls', 'path-mtu'],
  async run({ seen, signal }): Promise<Finding | undefined> {
    const { relays = [], sfu } = seen;
    if (relays.length === 0 || !sfu) return undefined;
    const { candidates } = sfu;
    if (candidates.length === 0)
      return { verdict: 'fail', evidence: 'the SFU names no IPv4 address over UDP', fix: SFU_ADDRESS };
    const found = await allocateAny(relays, signal);
    if (!found) return { verdict: 'skip', cause: 'no TURN server gives an allocation' };
    const { allocation, relay } = found;
    try {
      const refused: string[] = [];
      for (const peer of candidates) {
        try {
          await allocation.permit(peer.split(':')[0] ?? '');
          const ms = await askThrough(allocation, sfu, peer);
          if (ms === undefined) continue;
          seen.sfuPeer = peer;
          return { evidence: `${relay.server.url} reaches ${peer} and back in ${ms} ms` };
        } catch (error) {
          if (!(error instanceof TurnError)) throw error;
          refused.push(`${peer}: ${error.message}`);
        }
      }
      return refused.length === candidates.length
        ? noPermission(relay, refused)
        : noAnswer(relay, candidates);
    } finally {
      await allocation.release().catch(() => {});
    }
  },
};

/** How long an ICE check takes through the relay, in ms; `undefined` without an answer. */
export function askThrough(allocation: Allocation, sfu: SfuMedia, peer: string): Promise<number | undefined> {
  const { bytes, isAnsweredBy } = sfu.request();
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const send = () => allocation.send(peer, bytes);
    const timers = [
      ...AGAIN_MS.map((ms) => setTimeout(send, ms)),
      setTimeout(() => end(undefined), WITHIN_MS),
    ];
    const end = (ms: number | undefined) => {
      timers.forEach(clearTimeout);
      resolve(ms);
    };
    allocation.listen((answer) => {
      if (isAnsweredBy(answer)) end(Math.round(performance.now() - startedMs));
    });
    send();
  });
}

const SFU_ADDRESS =
  'have LiveKit name the address of its pod: rtc.use_external_ip: false, and rtc.node_ip the pod’s (chart: livekit.nodeIp), where relays are in the cluster';

function noPermission({ server }: Relay, refused: readonly string[]): Finding {
  return {
    verdict: 'fail',
    evidence: `${server.url} refuses ${refused.join(', ')}`,
    cause:
      'the TURN server may not relay to the SFU’s address: no UDPRoute has it, or the SFU names an address that is not its pod’s',
    fix: `have the UDPRoute’s backendRefs name the Service of the SFU’s media (kubectl get udproute -o yaml: Accepted and ResolvedRefs; kubectl get endpointslices must have the address); coturn: allowed-peer-ip=<the SFU’s address>\n${SFU_ADDRESS}`,
  };
}

function noAnswer({ server }: Relay, candidates: readonly string[]): Finding {
  return {
    verdict: 'fail',
    evidence: `${server.url} may relay to ${candidates.join(', ')}, and nothing comes back`,
    cause: 'between relay and SFU UDP is dropped, or the SFU names an address that is not its own',
    fix: `open UDP of rtc.udp_port or rtc.port_range_start–end from the relay to the SFU (network policies, security groups)\n${SFU_ADDRESS}`,
  };
}
