import type { Config } from '../../config/schema.ts';
import type { TurnServer } from '../../config/turn-url.ts';
import { AppError, TurnError } from '../../errors.ts';
import { tryAllocation } from '../../stun/client.ts';
import { type Credentials, ephemeralCredentials } from '../../stun/credentials.ts';
import type { InsideCheck } from '../inside-context.ts';

const HOUR_MS = 3_600_000;

/** Each door of TURN_URLS gives an allocation, as it has to for callers outside the cluster. */
export const turn = {
  id: 'turn',
  proves: 'TURN servers relay',
  async run({ config: { check }, signal }) {
    if (check.turnUrls.length === 0) return undefined;
    const access = { credentials: credentialsFrom(check), isEphemeral: Boolean(check.turnSecret) };
    const doors = await Promise.all(check.turnUrls.map((server) => tryDoor(server, access, signal)));
    const report = doors.map(({ text }) => text).join('\n');
    const hints = doors.flatMap(({ hint }) => hint ?? []);
    if (hints.length > 0) throw new AppError(report, { hint: [...new Set(hints)].join('\n') });
    return report;
  },
} satisfies InsideCheck;

/** What LiveKit would give a participant. */
function credentialsFrom({ turnSecret, turnUsername = '', turnPassword = '' }: Config['check']): Credentials {
  if (!turnSecret) return { username: turnUsername, password: turnPassword };
  return ephemeralCredentials(turnSecret, { user: 'voice-agent-check', ttlMs: HOUR_MS, nowMs: Date.now() });
}

interface Access {
  credentials: Credentials;
  isEphemeral: boolean;
}

interface Door {
  text: string;
  /** What to do, when it does not work. */
  hint?: string;
}

async function tryDoor(server: TurnServer, access: Access, signal: AbortSignal): Promise<Door> {
  const startedMs = performance.now();
  try {
    const { relayed, isOpenToAll } = await tryAllocation(server, access.credentials, { signal });
    const tookMs = Math.round(performance.now() - startedMs);
    const warning = isOpenToAll ? ', but asks nobody for credentials' : '';
    return { text: `${server.url} works: relays from ${relayed} after ${tookMs} ms${warning}` };
  } catch (error) {
    if (!(error instanceof TurnError)) throw error;
    return { text: `${server.url} fails: ${error.message}`, hint: hintFor(error, server, access) };
  }
}

/** Where to look, in the words of the settings and of the chart. */
function hintFor({ failure, code }: TurnError, server: TurnServer, { isEphemeral }: Access): string {
  const { host, port, transport } = server;
  const door = `${transport === 'udp' ? 'UDP' : 'TCP'} ${port}`;
  switch (failure) {
    case 'resolve':
      return `correct the host ${host} (chart: turn.host), or the name server`;
    case 'timeout':
      return `open ${door} in firewalls and security groups, and see that the load balancer listens there (kubectl get service; chart: stunner.layout split where it refuses to mix UDP and TCP)`;
    case 'connect':
      return transport === 'tls'
        ? `see that ${door} speaks TLS, with a certificate from an authority in NODE_EXTRA_CA_CERTS`
        : `see that the TURN server runs and listens on ${door} (kubectl get gateway,service; chart: turn.${transport}Port)`;
    case 'garbled':
      return `see what is behind ${door} of ${host}: a TURN server has to be, unchanged by anything between`;
    case 'credentials':
      return isEphemeral
        ? 'TURN_SECRET must be the server’s shared secret, and the clocks of both must agree (chart: turn.auth; STUNner: the Secret of its GatewayConfig)'
        : 'TURN_USERNAME and TURN_PASSWORD must be the server’s (chart: turn.auth.type and turn.auth; STUNner: the Secret of its GatewayConfig)';
    case 'status':
      return STATUS_HINTS[code ?? 0] ?? 'read the log of the TURN server';
  }
}

const STATUS_HINTS: Readonly<Record<number, string>> = {
  403: 'see the TURN server’s list of forbidden addresses',
  486: 'raise the TURN server’s quota per user, or wait until old allocations end (10 minutes)',
  508: 'the TURN server is full: give it more relay ports, or more replicas',
};
