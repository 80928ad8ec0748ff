import { isIP } from 'node:net';
import { z } from 'zod';

const WANT = 'addresses or networks by comma, such as 10.244.0.0/16';

/** Networks by comma; an address alone is a network of one. */
export const cidrs = z
  .string({ error: WANT })
  .transform((list, context) => {
    const networks = list.split(',').flatMap((text) => text.trim() || []);
    for (const network of networks) if (!isNetwork(network)) context.addIssue(`${WANT}, not «${network}»`);
    return networks;
  })
  .default([]);

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  const bits = Number(prefix ?? 1);
  return (prefix === undefined || /^\d{1,3}$/.test(prefix)) && bits >= 1 && bits <= (family === 4 ? 32 : 128);
}
