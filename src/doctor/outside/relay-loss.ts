import { setTimeout as sleep } from 'node:timers/promises';
import type { OutsideCheck } from './context.ts';
import { NO_WEBRTC } from './join-relay.ts';
import type { RelayedRoom } from './room/room.ts';

/** Bytes of the payload. A message above about 1150 travels as two packets of WebRTC's data channel. */
const SIZES = [100, 400, 700, 1000, 1100, 1400] as const;
const EACH = 25;
const SPACING_MS = 12;
/** After the last one; longer is as good as lost to a voice. */
const WAIT_MS = 1000;
const ASKED = 'voice-agent.check';
const ANSWERED = 'voice-agent.check.back';

/** Number of a packet that is not counted: until LiveKit’s channel to the other participant is open, it drops what is sent. */
const UNCOUNTED = 0xffff_ffff;
const OPEN_WITHIN_MS = 2000;

/** Opus hides some lost packets, not many; beyond 300 ms people talk at the same time. */
const MOST_LOSS = 0.02;
const MOST_RTT_MS = 300;

/** @param at - which packet, from 0. @returns which of the sizes it has. */
const sizeAt = (at: number): number => Math.floor(at / EACH);

interface SizeResult {
  size: number;
  lost: number;
  /** Median, of one who answers at once: twice through relay and LiveKit. */
  rttMs: number;
}

/** Data packets that are sent once go from one participant of the check to the other and back, through the relay. */
export const relayLoss: OutsideCheck = {
  id: 'relay-loss',
  proves: 'packets of every size pass the relay',
  needs: ['join-relay-udp'],
  deadlineMs: 10_000,
  async run(means) {
    const { pair } = means.seen;
    if (!pair)
      return (await means.webrtc())
        ? { verdict: 'skip', cause: 'no way to the relay over UDP was joined by' }
        : NO_WEBRTC;
    const results = await exchange(pair);
    const evidence = results.map(lineOf).join('\n');
    const worst = results.filter(({ lost }) => lost / EACH > MOST_LOSS);
    const [small] = results;
    if (worst.length > 0 && small && small.lost === 0 && worst.some(({ lost }) => lost === EACH))
      return {
        verdict: 'fail',
        evidence,
        cause: 'large packets do not pass: the path takes smaller ones than WebRTC sends',
        fix: 'set the MTU of the VPN or tunnel to at least 1280 bytes, and let ICMP «fragmentation needed» pass',
      };
    if (worst.length > 0)
      return {
        verdict: 'warn',
        evidence,
        cause: 'packets are lost on the way: speech has gaps',
        fix: 'use a wired network; see the load of VPN, load balancer and TURN server; compare with join-relay-tcp, which repeats what is lost',
      };
    if (results.some(({ rttMs }) => rttMs > MOST_RTT_MS))
      return {
        verdict: 'warn',
        evidence,
        cause: 'the way is long: both sides talk at the same time',
        fix: 'see which way the VPN takes to the cluster',
      };
    return evidence;
  },
};

const lineOf = ({ size, lost, rttMs }: SizeResult): string =>
  `${size} bytes: ${lost} of ${EACH} lost${lost === EACH ? '' : `, ${Math.round(rttMs)} ms there and back`}`;

async function exchange([one, other]: readonly [RelayedRoom, RelayedRoom]): Promise<SizeResult[]> {
  const sentAtMs: number[] = [];
  const rttMs: (number | undefined)[] = [];
  let isOpen = false;
  const send = (bytes: number, number: number) => {
    const payload = new Uint8Array(bytes);
    new DataView(payload.buffer).setUint32(0, number);
    one.sendLossy(payload, ASKED);
  };
  other.onData((payload, topic) => {
    if (topic === ASKED) other.sendLossy(new Uint8Array(payload), ANSWERED);
  });
  one.onData((payload, topic) => {
    if (topic !== ANSWERED || payload.length < 4) return;
    isOpen = true;
    const at = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    if (at !== UNCOUNTED) rttMs[at] ??= performance.now() - (sentAtMs[at] ?? 0);
  });
  for (let waitedMs = 0; !isOpen && waitedMs < OPEN_WITHIN_MS; waitedMs += SPACING_MS) {
    send(SIZES[0], UNCOUNTED);
    await sleep(SPACING_MS);
  }
  // Small ones first: what is sent after one that SCTP misses waits, and is lost with it.
  for (let at = 0; at < SIZES.length * EACH; at++) {
    sentAtMs[at] = performance.now();
    send(SIZES[sizeAt(at)] ?? 0, at);
    await sleep(SPACING_MS);
  }
  await sleep(WAIT_MS);
  return SIZES.map((size, index) => {
    const times = rttMs.filter((ms, at) => ms !== undefined && sizeAt(at) === index).map(Number);
    const sorted = times.toSorted((a, b) => a - b);
    return { size, lost: EACH - times.length, rttMs: sorted[sorted.length >> 1] ?? 0 };
  });
}
