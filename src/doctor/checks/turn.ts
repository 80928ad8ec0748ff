import type { TurnServer } from '../../config/turn-url.ts';
import { TurnError } from '../../errors.ts';
import { tryAllocation } from '../../stun/client.ts';
import type { Check, Finding, Means } from '../check.ts';
import type { Relay, Seen } from '../seen.ts';

export type Transport = TurnServer['transport'];
export const TRANSPORT_NAMES = { udp: 'UDP', tcp: 'TCP', tls: 'TLS' } as const;

/** Each door of this transport gives an allocation. */
export const turn = (transport: Transport): Check<{ seen: Seen }> => ({
  id: `turn-${transport}`,
  proves: `TURN over ${TRANSPORT_NAMES[transport]} relays`,
  after: ['dns', 'ice-servers'],
  repeats: true,
  async run({ seen, signal }): Promise<Finding> {
    if (!seen.relays)
      return { verdict: 'skip', because: 'ice-servers', cause: 'nobody said where TURN servers are' };
    const relays = seen.relays.filter(({ server }) => server.transport === transport);
    if (relays.length === 0)
      return { verdict: 'skip', cause: `no TURN server over ${TRANSPORT_NAMES[transport]} is named` };
    const doors = await Promise.all(relays.map((relay) => tryDoor(relay, signal)));
    const fixes = [...new Set(doors.flatMap(({ fix }) => fix ?? []))];
    const isBroken = doors.some(({ works }) => !works);
    const verdict = isBroken ? 'fail' : fixes.length > 0 ? 'warn' : 'ok';
    return { verdict, evidence: doors.map(({ text }) => text).join('\n'), fix: fixes.join('\n') };
  },
});

interface Door {
  works: boolean;
  text: string;
  /** What to do. */
  fix?: string;
}

async function tryDoor(relay: Relay, signal: Means['signal']): Promise<Door> {
  const { server, credentials } = relay;
  const startedMs = performance.now();
  try {
    const { relayed, isOpenToAll } = await tryAllocation(server, credentials, { signal });
    const tookMs = Math.round(performance.now() - startedMs);
    const text = `${server.url} works: relays from ${relayed} after ${tookMs} ms`;
    if (!isOpenToAll) return { works: true, text };
    const fix = `have ${server.host} ask for credentials (coturn: use-auth-secret; STUNner: authType ephemeral): everybody can relay through it`;
    return { works: true, text: `${text}, but asks nobody for credentials`, fix };
  } catch (error) {
    if (!(error instanceof TurnError)) throw error;
    const fix = [hintFor(error, relay), ...(error.failure in ELSEWHERE ? [correction(relay)] : [])];
    return { works: false, text: `${server.url} fails: ${error.message}`, fix: fix.join('\n') };
  }
}

/** What the wrong address or port may be the reason of. */
const ELSEWHERE: Partial<Record<TurnError['failure'], true>> = {
  resolve: true,
  timeout: true,
  connect: true,
  garbled: true,
};

function correction({ server: { host, port }, from }: Relay): string {
  const where = from === 'settings' ? 'TURN_URLS' : 'rtc.turn_servers[].host and .port in livekit.yaml';
  return `or correct ${where}, which names ${host}:${port}`;
}

/** Where to look, in the words of the settings and of the chart. */
export function hintFor({ failure, code }: TurnError, { server, isEphemeral, from }: Relay): string {
  const { host, port, transport } = server;
  const door = `${transport === 'udp' ? 'UDP' : 'TCP'} ${port}`;
  switch (failure) {
    case 'resolve':
      return `correct the host ${host} (chart: turn.host; livekit.yaml: rtc.turn_servers[].host), or the name server`;
    case 'timeout':
      return `open ${door} in firewalls and security groups, and see that the load balancer has a listener ${door} (kubectl get gateway,service: where it refuses to mix UDP and TCP, the UDP port is left out silently; chart: stunner.layout split)`;
    case 'connect':
      return transport === 'tls'
        ? `see that ${door} speaks TLS, with a certificate from an authority in NODE_EXTRA_CA_CERTS`
        : `see that the TURN server runs and listens on ${door} (kubectl get gateway,service; chart: turn.${transport}Port)`;
    case 'garbled':
      return `see what is behind ${door} of ${host}: a TURN server has to be, unchanged by anything between`;
    case 'credentials':
      return CREDENTIALS[from][isEphemeral ? 'ephemeral' : 'static'];
    case 'status':
      return STATUS_HINTS[code ?? 0] ?? 'read the log of the TURN server';
  }
}

const CREDENTIALS = {
  settings: {
    ephemeral:
      'TURN_SECRET must be the server’s shared secret, and the clocks of both must agree (chart: turn.auth; STUNner: the Secret of its GatewayConfig)',
    static:
      'TURN_USERNAME and TURN_PASSWORD must be the server’s (chart: turn.auth.type and turn.auth; STUNner: the Secret of its GatewayConfig)',
  },
  livekit: {
    ephemeral:
      'rtc.turn_servers[].secret in livekit.yaml must be the TURN server’s shared secret (chart: turn.auth; STUNner: the Secret of its GatewayConfig), and the clocks of both must agree',
    static:
      'rtc.turn_servers[].username and .credential in livekit.yaml must be the TURN server’s (chart: turn.auth.type and turn.auth; STUNner: the Secret of its GatewayConfig)',
  },
} as const;

const STATUS_HINTS: Readonly<Record<number, string>> = {
  403: 'see the TURN server’s list of forbidden addresses',
  486: 'raise the TURN server’s quota per user, or wait until old allocations end (10 minutes)',
  508: 'the TURN server is full: give it more relay ports, or more replicas',
};
