import { AppError } from '../../errors.ts';
import type { Check, Finding } from '../check.ts';
import { openTcp, type Target, targetOf } from '../reach.ts';
import type { Seen } from '../seen.ts';

/** What leads to LiveKit in this place, and what to change when it is wrong. */
export function signalTarget({ url, urlSetting = 'LIVEKIT_URL', proxy }: Seen): Target & {
  url: string;
  setting: string;
} {
  if (url === undefined) throw new AppError('nobody said where LiveKit is');
  return { ...targetOf(url, proxy), url, setting: urlSetting };
}

/** Something listens where LiveKit is said to be. */
export const signalTcp: Check<{ seen: Seen }> = {
  id: 'signal-tcp',
  proves: 'LiveKit’s port is open',
  after: ['dns'],
  async run({ seen, signal }): Promise<Finding> {
    const { host, port, proxy, setting } = signalTarget(seen);
    if (proxy === undefined && seen.unresolved?.has(host))
      return { verdict: 'skip', because: 'dns', cause: `${host} has no address` };
    try {
      const socket = await openTcp({ host, port, proxy }, signal);
      const evidence =
        proxy === undefined
          ? `${host}:${port} answers from ${socket.remoteAddress}`
          : `${host}:${port} answers through the proxy ${new URL(proxy).origin} (NO_PROXY=${host} would go around it)`;
      socket.destroy();
      return { evidence };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return {
        verdict: 'fail',
        evidence: error.message,
        fix: [error.hint, `or correct ${setting}, which names ${host}:${port}`].filter(Boolean).join('\n'),
      };
    }
  },
};
