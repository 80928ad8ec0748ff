import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { type BindingSocket, openBindingSocket } from '../../stun/binding.ts';
import type { Check, Finding } from '../check.ts';
import type { Seen } from '../seen.ts';

const ASK = { againMs: [250, 750], withinMs: 1500 };
const ANY_TYPE = 'with a relay any kind of NAT works';

/** Whom a NAT gives the same address to: all, or each server its own. RFC 5780 §4.3. */
type Mapping = 'for all servers alike' | 'a new one for each server' | 'a new one for each port';
/** From whom a NAT lets packets in. RFC 5780 §4.4. */
type Filtering = 'everybody' | 'addresses that were asked' | 'ports that were asked';

/**
 * What kind of NAT stands between here and the TURN servers: by a server with two addresses (RFC 5780), else, as far as
 * mapping goes, by two servers. No server is asked that LiveKit does not name.
 */
export const nat: Check<{ seen: Seen }> = {
  id: 'nat',
  proves: 'the kind of NAT is known',
  needs: ['turn-udp'],
  async run({ seen: { relays = [] } }): Promise<Finding | undefined> {
    const doors = relays.filter(({ server }) => server.transport === 'udp').map(({ server }) => server);
    if (doors.length === 0) return undefined;
    const found = await Promise.all(
      doors.map(async ({ host, port }) => {
        const address = await lookup(host, { family: 4 }).catch(() => undefined);
        return address && `${address.address}:${port}`;
      }),
    );
    const servers = [...new Set(found.filter((server) => server !== undefined))];
    const socket = await openBindingSocket();
    try {
      return await natBehind(socket, servers, ownAddresses());
    } finally {
      socket.close();
    }
  },
};

/** @param servers - IPv4 addresses and ports. @param own - this machine's addresses. */
export async function natBehind(
  socket: BindingSocket,
  servers: readonly string[],
  own: readonly string[],
): Promise<Finding> {
  const [first, ...others] = servers;
  const seen = first === undefined ? undefined : await socket.ask(first, ASK);
  if (first === undefined || !seen)
    return { verdict: 'skip', cause: `the TURN server answers no STUN Binding; ${ANY_TYPE}` };
  const at = `${ANY_TYPE}; the server sees us at ${seen.mapped}`;
  if (own.some((address) => seen.mapped === `${address}:${socket.localPort}`))
    return { evidence: `${at}: no NAT is between` };
  if (seen.other !== undefined) {
    const mapping = await mappingBy(socket, { first, other: seen.other, mapped: seen.mapped });
    const filtering = await filteringBy(socket, first);
    if (mapping) return { evidence: `${at}; ${nameOf(mapping, filtering)}` };
  }
  for (const server of others) {
    if (server.split(':')[0] === first.split(':')[0]) continue;
    const second = await socket.ask(server, ASK);
    if (!second) continue;
    const mapping = second.mapped === seen.mapped ? 'for all servers alike' : 'a new one for each server';
    return { evidence: `${at}; ${nameOf(mapping, undefined)}` };
  }
  return {
    verdict: 'skip',
    cause: `${at}, behind a NAT whose kind is not to be told from here: that takes a server with two addresses, or two servers`,
  };
}

/** RFC 5780 §4.3, tests II and III. */
async function mappingBy(
  socket: BindingSocket,
  { first, other, mapped }: { first: string; other: string; mapped: string },
): Promise<Mapping | undefined> {
  const otherHost = other.split(':')[0];
  const second = await socket.ask(`${otherHost}:${first.split(':')[1]}`, ASK);
  if (!second) return undefined;
  if (second.mapped === mapped) return 'for all servers alike';
  const third = await socket.ask(other, ASK);
  if (!third) return 'a new one for each server';
  return third.mapped === second.mapped ? 'a new one for each server' : 'a new one for each port';
}

/** RFC 5780 §4.4, tests II and III. */
async function filteringBy(socket: BindingSocket, first: string): Promise<Filtering> {
  if (await socket.ask(first, { ...ASK, change: { address: true, port: true } })) return 'everybody';
  if (await socket.ask(first, { ...ASK, change: { port: true } })) return 'addresses that were asked';
  return 'ports that were asked';
}

/** In the words that people know; RFC 3489's for those that it has words for. */
function nameOf(mapping: Mapping, filtering: Filtering | undefined): string {
  const found = `one address ${mapping}${filtering === undefined ? '' : `, lets in ${filtering}`}`;
  if (mapping !== 'for all servers alike')
    return `a symmetric NAT (${found}): without a relay most others cannot be reached`;
  if (filtering === undefined)
    return `a cone NAT (${found}); which one is not to be told from here, since no server has two addresses`;
  const cone = {
    everybody: 'a full cone NAT',
    'addresses that were asked': 'a restricted cone NAT',
    'ports that were asked': 'a port-restricted cone NAT',
  }[filtering];
  return `${cone} (${found})`;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
}
