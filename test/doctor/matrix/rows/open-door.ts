import type { Cure } from '../row.ts';
import { firewall } from '../site/network.ts';

/** Opens the door that a fix names, such as `UDP 3478`, and no other, for what passes this chain. */
export const opened =
  (chain: 'INPUT' | 'OUTPUT' | 'FORWARD'): Cure =>
  async (site, fix) => {
    const [, protocol = '', port = ''] = /\b(UDP|TCP) (\d+)/.exec(fix) ?? [];
    if (protocol === '') throw new Error(`no port is named: ${fix}`);
    const rule = ['-p', protocol.toLowerCase(), '--dport', port, '-j', 'ACCEPT'];
    site.afterwards(await firewall(undefined, { chain, rule }));
    return undefined;
  };
