import type { Check } from '../check.ts';
import type { Seen } from '../seen.ts';

/** Says, from inside, what is not proven from there. */
export const loadBalancer: Check<{ seen: Seen }> = {
  id: 'load-balancer',
  proves: 'callers reach the TURN servers',
  needs: ['ice-servers'],
  async run({ seen: { iceServers = [] } }) {
    const urls = iceServers.flatMap(({ urls }) => urls.filter((url) => url.startsWith('turn')));
    if (urls.length === 0) return undefined;
    return {
      verdict: 'skip',
      cause: `cannot be told from inside: the cluster answers for the load balancer’s address itself, even where no UDP listener is there. From a caller’s network run voice-agent check --page <the page’s URL>, or open «Check my connection» on the page; callers get ${urls.join(', ')}`,
    };
  },
};
