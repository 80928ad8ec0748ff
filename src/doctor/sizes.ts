import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from './check.ts';

/** Bytes of UDP payload; media is 1200 at most, and what DTLS and ICE add stays below 1400. */
export const SIZES = [100, 500, 1000, 1200, 1400] as const;
const OF_EACH = 12;
const GAP_MS = 20;
/** What comes later is as good as lost to a voice. */
export const ANSWERED_WITHIN_MS = 1500;
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

/**
 * Asks for answers to packets of each size, in turn, so that a bad moment hits all alike.
 *
 * @param ask - sends a packet of so many bytes: how long its answer took, `undefined` for none.
 */
export async function measureSizes(
  ask: (bytes: number) => Promise<number | undefined>,
  signal: AbortSignal,
): Promise<Measured[]> {
  const asked = [];
  for (let round = 0; round < OF_EACH; round++) {
    for (const bytes of SIZES) {
      asked.push({ bytes, answer: ask(bytes) });
      await sleep(GAP_MS, undefined, { signal });
    }
  }
  const answers = await Promise.all(asked.map(async ({ bytes, answer }) => ({ bytes, ms: await answer })));
  return SIZES.map((bytes) => {
    const tookMs = answers.flatMap((one) => (one.bytes === bytes && one.ms !== undefined ? [one.ms] : []));
    return { bytes, sent: OF_EACH, tookMs: tookMs.toSorted((a, b) => a - b) };
  });
}

/** The way that was measured, and what to do about it. */
export interface Way {
  /** Such as the URL of the server that answered. */
  name: string;
  /** Where no packet was answered. */
  silent: string;
  mtuFix: string;
  lossFix: string;
}

/** What the measurement says. */
export function judgeSizes(measured: readonly Measured[], { name, silent, mtuFix, lossFix }: Way): Finding {
  const evidence = `${name}: ${measured.map(describe).join('; ')}`;
  const sent = measured.reduce((sum, one) => sum + one.sent, 0);
  const answered = measured.reduce((sum, { tookMs }) => sum + tookMs.length, 0);
  if (answered === 0) return { verdict: 'skip', cause: silent };
  const blocked = measured.find(
    ({ tookMs }, at) => tookMs.length === 0 && measured.slice(0, at).some((one) => one.tookMs.length > 0),
  );
  if (blocked)
    return {
      verdict: blocked.bytes <= MEDIA_BYTES ? 'fail' : 'warn',
      evidence,
      cause: `packets of ${blocked.bytes} bytes and more are dropped on the way (a tunnel, such as a VPN, with a smaller MTU)`,
      fix: mtuFix,
    };
  const loss = 1 - answered / sent;
  if (loss < NOTABLE_LOSS) return { evidence };
  return {
    verdict: 'warn',
    evidence,
    cause: `${Math.round(loss * 100)} % of packets of every size are lost: speech comes with gaps`,
    fix: lossFix,
  };
}

function describe({ bytes, sent, tookMs }: Measured): string {
  const median = tookMs[Math.floor(tookMs.length / 2)];
  const time = median === undefined ? '' : `, ${median < 1 ? '<1' : Math.round(median)} ms`;
  return `${bytes} bytes ${tookMs.length} of ${sent}${time}`;
}
