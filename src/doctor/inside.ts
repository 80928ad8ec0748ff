import { chat } from './checks/chat.ts';
import { settings } from './checks/config.ts';
import { configuredNames } from './checks/configured-names.ts';
import { dispatch } from './checks/dispatch.ts';
import { dns } from './checks/dns.ts';
import { iceServers } from './checks/ice-servers.ts';
import { loadBalancer } from './checks/load-balancer.ts';
import { models } from './checks/models.ts';
import { nat } from './checks/nat.ts';
import { pathMtu } from './checks/path-mtu.ts';
import { ready } from './checks/ready.ts';
import { redis } from './checks/redis.ts';
import { relayLoss } from './checks/relay-loss.ts';
import { relayPermission } from './checks/relay-permission.ts';
import { relayRefuses } from './checks/relay-refuses.ts';
import { sfuMetrics } from './checks/sfu-metrics.ts';
import { signalTcp } from './checks/signal-tcp.ts';
import { signalTls } from './checks/signal-tls.ts';
import { signalToken } from './checks/signal-token.ts';
import { signalWs } from './checks/signal-ws.ts';
import { sipCall } from './checks/sip-call.ts';
import { sipOptions } from './checks/sip-options.ts';
import { sipRules } from './checks/sip-rules.ts';
import { speech } from './checks/speech.ts';
import { transcription } from './checks/transcription.ts';
import { turn } from './checks/turn.ts';
import type { InsideCheck, InsideContext } from './inside-context.ts';

const HOPS: readonly InsideCheck[] = [
  dns<InsideContext>(({ config }) => configuredNames(config)),
  ...[signalTcp, signalTls, signalWs, signalToken, iceServers],
  ...[turn('udp'), turn('tcp'), turn('tls'), loadBalancer],
  ...[nat, pathMtu, relayPermission, relayLoss, relayRefuses()],
  ...[sfuMetrics, redis],
  ...[ready, dispatch],
  ...[models, transcription, chat, speech],
  ...[sipOptions, sipRules, sipCall],
];

/** The hops that can be tried from where an agent sits, in the order in which a call meets them. */
export const INSIDE: readonly InsideCheck[] = [settings, ...HOPS.map(afterSettings)];

/** Nothing is tried with settings that were refused. */
function afterSettings(check: InsideCheck): InsideCheck {
  return { ...check, needs: ['config', ...(check.needs ?? [])] };
}
