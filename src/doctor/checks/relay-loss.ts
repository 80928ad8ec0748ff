import type { Allocation } from '../../stun/client.ts';
import type { Check, Finding } from '../check.ts';
import type { Seen } from '../seen.ts';
import type { SfuMedia } from '../sfu-media.ts';
import { ANSWERED_WITHIN_MS, judgeSizes, measureSizes } from '../sizes.ts';
import { allocateAny } from './relay-permission.ts';

/**
 * Packets of each size get through the relay to the SFU and back: ICE checks of the check's own participant, while LiveKit still waits
 * for its media.
 */
export const relayLoss: Check<{ seen: Seen }> = {
  id: 'relay-loss',
  proves: 'packets of every size pass the relay',
  needs: ['relay-permission', 'path-mtu'],
  async run({ seen: { relays = [], sfu, sfuPeer }, signal }): Promise<Finding | undefined> {
    if (!sfu || sfuPeer === undefined) return undefined;
    const found = await allocateAny(relays, signal);
    if (!found) return { verdict: 'skip', cause: 'no TURN server gives an allocation' };
    const { allocation, relay } = found;
    try {
      await allocation.permit(sfuPeer.split(':')[0] ?? '');
      const measured = await measureSizes(through(allocation, sfu, sfuPeer), signal);
      return judgeSizes(measured, wayFrom(relay.server.url, sfuPeer));
    } finally {
      await allocation.release().catch(() => {});
    }
  },
};

/** Asks the SFU through the relay; each answer is known by its transaction. */
function through(allocation: Allocation, sfu: SfuMedia, peer: string) {
  const waiting = new Map<string, (answer: Buffer) => void>();
  const idOf = (bytes: Buffer) => bytes.subarray(8, 20).toString('hex');
  allocation.listen((answer) => waiting.get(idOf(answer))?.(answer));
  return (length: number) => {
    const { bytes, isAnsweredBy } = sfu.request(length);
    const startedMs = performance.now();
    return new Promise<number | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ANSWERED_WITHIN_MS);
      waiting.set(idOf(bytes), (answer) => {
        if (!isAnsweredBy(answer)) return;
        clearTimeout(timer);
        resolve(performance.now() - startedMs);
      });
      allocation.send(peer, bytes);
    });
  };
}

const wayFrom = (url: string, peer: string) => ({
  name: `${url} to ${peer}`,
  silent: `${peer} answers nothing that is measured by`,
  mtuFix:
    'set the MTU of the pods’ network between relay and SFU (the CNI’s mtu) to what lies between their nodes, less its own header: 1450 for VXLAN over 1500; packets of 1200 bytes must pass',
  lossFix:
    'see the load of the relay’s and the SFU’s nodes (kubectl top nodes, pods), and UDP receive errors there (nstat -az UdpRcvbufErrors; net.core.rmem_max for LiveKit: 5000000)',
});
