import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBindingSocket } from '../../stun/binding.ts';
import type { Check, Finding } from '../check.ts';
import type { Seen } from '../seen.ts';

/** Bytes of UDP payload; media is 1200 at most, and what DTLS and ICE add stays below 1400. */
export const SIZES = [100, 500, 1000, 1200, 1400] as const;
const OF_EACH = 12;
const GAP_MS = 20;
const WITHIN_MS = 1500;
/** Speech with more sounds broken. */
const NOTABLE_LOSS = 0.05;
/** What every path of media has to carry. */
const MEDIA_BYTES = 1200;

export interface Measured {
  bytes: number;
  sent: number;
  /** How long each answer took, in ms, the shortest first. */
  tookMs: readonly number[];
}

/** Packets of each size get to the TURN server and are answered: loss and round trip by size. */
export const pathMtu: Check<{ seen: Seen }> = {
  id: 'path-mtu',
  proves: 'packets of every size arrive',
  needs: ['turn-udp'],
  after: ['turn-tcp', 'turn-tls', 'nat', 'relay-permission', 'relay-refuses'],
  async run({ seen: { relays = [] }, signal }): Promise<Finding | undefined> {
    const door = relays.find(({ server }) => server.transport === 'udp')?.server;
    if (!door) return undefined;
    const { address } = await lookup(door.host, { family: 4 });
    return judge(await measure(`${address}:${door.port}`, signal), door.url);
  },
};

/** The sizes in turn, so that a bad moment hits all alike. */
async function measure(server: string, signal: AbortSignal): Promise<Measured[]> {
  const socket = await openBindingSocket();
  try {
    const asked = [];
    for (let round = 0; round < OF_EACH; round++) {
      for (const bytes of SIZES) {
        asked.push({ bytes, answer: socket.ask(server, { bytes, withinMs: WITHIN_MS }) });
        await sleep(GAP_MS, undefined, { signal });
      }
    }
    const answers = await Promise.all(
      asked.map(async ({ bytes, answer }) => ({ bytes, answer: await answer })),
    );
    return SIZES.map((bytes) => {
      const tookMs = answers.flatMap((one) => (one.bytes === bytes && one.answer ? [one.answer.ms] : []));
      return { bytes, sent: OF_EACH, tookMs: tookMs.toSorted((a, b) => a - b) };
    });
  } finally {
    socket.close();
  }
}

/** What the measurement says. @param url - of the server. */
export function judge(measured: readonly Measured[], url: string): Finding {
  const evidence = `${url}: ${measured.map(describe).join('; ')}`;
  const sent = measured.reduce((sum, one) => sum + one.sent, 0);
  const answered = measured.reduce((sum, { tookMs }) => sum + tookMs.length, 0);
  if (answered === 0)
    return { verdict: 'skip', cause: `${url} answers no STUN Binding, so nothing can be measured to it` };
  const blocked = measured.find(
    ({ tookMs }, at) => tookMs.length === 0 && measured.slice(0, at).some((one) => one.tookMs.length > 0),
  );
  if (blocked)
    return {
      verdict: blocked.bytes <= MEDIA_BYTES ? 'fail' : 'warn',
      evidence,
      cause: `packets of ${blocked.bytes} bytes and more are dropped on the way (a tunnel, such as a VPN, with a smaller MTU)`,
      fix: 'lower the MTU of this machine’s interface to the tunnel’s (ip link set dev <interface> mtu 1280; WireGuard: MTU = 1280), or have the tunnel let fragments and ICMP «fragmentation needed» through',
    };
  const loss = 1 - answered / sent;
  if (loss < NOTABLE_LOSS) return { evidence };
  return {
    verdict: 'warn',
    evidence,
    cause: `${Math.round(loss * 100)} % of packets of every size are lost: speech comes with gaps`,
    fix: 'see the way to the TURN server (mtr -u), such as WiFi, VPN or a limit of the load balancer’s bandwidth',
  };
}

function describe({ bytes, sent, tookMs }: Measured): string {
  const median = tookMs[Math.floor(tookMs.length / 2)];
  const time = median === undefined ? '' : `, ${median < 1 ? '<1' : Math.round(median)} ms`;
  return `${bytes} bytes ${tookMs.length} of ${sent}${time}`;
}
