import { lookup } from 'node:dns/promises';
import { openBindingSocket } from '../../stun/binding.ts';
import type { Check, Finding } from '../check.ts';
import type { Seen } from '../seen.ts';
import { ANSWERED_WITHIN_MS, judgeSizes, measureSizes } from '../sizes.ts';

/** Packets of each size get to the TURN server and are answered: loss and round trip by size. */
export const pathMtu: Check<{ seen: Seen }> = {
  id: 'path-mtu',
  proves: 'packets of every size arrive',
  needs: ['turn-udp'],
  after: ['turn-tcp', 'turn-tls', 'nat'],
  async run({ seen: { relays = [] }, signal }): Promise<Finding | undefined> {
    const door = relays.find(({ server }) => server.transport === 'udp')?.server;
    if (!door) return undefined;
    const { address } = await lookup(door.host, { family: 4 });
    const socket = await openBindingSocket();
    const within = { withinMs: ANSWERED_WITHIN_MS };
    const ask = async (bytes: number) =>
      (await socket.ask(`${address}:${door.port}`, { bytes, ...within }))?.ms;
    try {
      return judgeSizes(await measureSizes(ask, signal), wayTo(door.url));
    } finally {
      socket.close();
    }
  },
};

const wayTo = (url: string) => ({
  name: url,
  silent: `${url} answers no STUN Binding, so nothing can be measured to it`,
  mtuFix:
    'lower the MTU of this machine’s interface to the tunnel’s (ip link set dev <interface> mtu 1280; WireGuard: MTU = 1280), or have the tunnel let fragments and ICMP «fragmentation needed» through',
  lossFix:
    'see the way to the TURN server (mtr -u), such as WiFi, VPN or a limit of the load balancer’s bandwidth',
});
