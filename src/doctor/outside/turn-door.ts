import { parseTurnUrl, type TurnServer } from '../../config/turn-url.ts';
import { AppError, TurnError } from '../../errors.ts';
import { tryAllocation } from '../../stun/client.ts';
import { TRANSPORT_NAMES, type Transport } from '../checks/turn.ts';
import type { OutsideCheck, OutsideSeen } from './context.ts';
import type { TurnAccess } from './room/turn-access.ts';

/** Addresses of TURN servers that LiveKit hands out for one way to them. */
export function doorsOf({ iceServers = [] }: OutsideSeen, transport: Transport): (TurnAccess & TurnServer)[] {
  return iceServers.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => {
      const server = parseTurnUrl(url);
      if (typeof server === 'string' || server.transport !== transport) return [];
      return [{ ...server, username, credential }];
    }),
  );
}

/** Each address of a TURN server gives an allocation, with the credentials that LiveKit gives a caller. */
export const turnDoor = (transport: Transport): OutsideCheck => ({
  id: `turn-${transport}`,
  proves: `TURN over ${TRANSPORT_NAMES[transport]} relays`,
  needs: ['ice-servers'],
  deadlineMs: 8000,
  async run({ seen, signal }) {
    const doors = doorsOf(seen, transport);
    if (doors.length === 0)
      return { verdict: 'skip', cause: `LiveKit names no TURN server over ${TRANSPORT_NAMES[transport]}` };
    const tried = await Promise.all(doors.map((door) => tryDoor(door, signal)));
    const evidence = tried.map(({ text }) => text).join('\n');
    const fixes = [...new Set(tried.flatMap(({ fix }) => fix ?? []))];
    if (fixes.length > 0) throw new AppError(evidence, { hint: fixes.join('\n') });
    return evidence;
  },
});

async function tryDoor(
  door: TurnAccess & TurnServer,
  signal: AbortSignal,
): Promise<{ text: string; fix?: string }> {
  const { url, username, credential: password } = door;
  const startedMs = performance.now();
  try {
    const { relayed } = await tryAllocation(door, { username, password }, { signal });
    return { text: `${url} relays from ${relayed} after ${Math.round(performance.now() - startedMs)} ms` };
  } catch (error) {
    if (!(error instanceof TurnError)) throw error;
    return { text: `${url}: ${error.message}`, fix: fixFor(error, door) };
  }
}

function fixFor({ failure, code }: TurnError, { host, port, transport }: TurnServer): string {
  const door = `${transport === 'udp' ? 'UDP' : 'TCP'} ${port}`;
  const listener = `the load balancer's listener ${door}`;
  switch (failure) {
    case 'resolve':
      return `rtc.turn_servers[].host of livekit.yaml must be a name or address that callers reach, not ${host}`;
    case 'timeout':
      return `nothing comes back from ${door}: see ${listener} (kubectl get gateway,service: the UDP port is left out silently where the load balancer refuses to mix UDP and TCP; chart: stunner.layout split), then firewalls and security groups`;
    case 'connect':
      return transport === 'tls'
        ? `see that ${door} speaks TLS, with a certificate for ${host} of an authority in NODE_EXTRA_CA_CERTS`
        : `see that ${listener} exists and a TURN server runs behind it: kubectl get gateway,service,pods`;
    case 'garbled':
      return `see what is behind ${door} of ${host}: it is no TURN server, or something on the way changes what is sent`;
    case 'credentials':
      return 'rtc.turn_servers[].username and credential of livekit.yaml (or secret) must be the TURN server’s (STUNner: the Secret of its GatewayConfig)';
    case 'status':
      return code === 486
        ? 'raise the TURN server’s quota per user, or wait until old allocations end (10 minutes)'
        : code === 508
          ? 'the TURN server is full: give it more relay ports, or more replicas'
          : 'read the log of the TURN server';
  }
}
