import { join } from 'node:path';
import { SipClient } from 'livekit-server-sdk';
import { applySetup } from '../phone/apply.ts';
import { readSetup } from '../phone/read-setup.ts';
import type { PortRange } from '../sip/service-yaml.ts';
import { type Context, tellTaken } from './context.ts';
import { choosePort, freeTcpPort } from './ports.ts';
import { launchRedis } from './redis.ts';
import type { RunningLiveKit } from './run-livekit.ts';
import { findSipBinary } from './sip-binary.ts';
import { launchSip } from './sip-service.ts';

const HOST = '127.0.0.1';
const SIP_PORT = 5060;
const RTP_PORTS: PortRange = { start: 10_000, end: 10_199 };
/** Of those that nobody has. */
const NUMBER = '+15550100';

/** @returns `host:port` of a Redis for LiveKit and the SIP service. */
export async function runRedis({ logDir, keep }: Context): Promise<string> {
  const port = await freeTcpPort();
  await keep('Redis', () => launchRedis(port, join(logDir, 'redis.log'))).ready;
  return `${HOST}:${port}`;
}

/**
 * LiveKit's SIP service on loopback, with one number that reaches the agent.
 *
 * @returns what a softphone has to be set to, for people.
 */
export async function runPhone(context: Context, livekit: RunningLiveKit): Promise<string> {
  const { plan, screen, logDir, keep, redisAddress } = context;
  if (!livekit.service)
    return `No SIP service: it would need the Redis of the LiveKit at LIVEKIT_URL. Leave LIVEKIT_URL unset for one of dev's own`;
  const { agent, livekit: keys } = plan.config;
  const command = await findSipBinary({ onProgress: screen.progress });
  const port = tellTaken(screen, 'the SIP service', await choosePort(SIP_PORT));
  const healthPort = await freeTcpPort();
  const { apiKey, apiSecret } = keys;
  const service = {
    ...{ livekitUrl: livekit.url, apiKey, apiSecret, redisUrl: `redis://${redisAddress}` },
    ...{ address: HOST, listenAddress: HOST, port, rtpPorts: RTP_PORTS, healthPort, maxCpuUtilization: 1 },
  };
  const logFile = join(logDir, 'sip.log');
  await keep('SIP service', () => launchSip({ command, service, logFile })).ready;
  const setup = readSetup(
    'npm run dev',
    `inbound: {softphone: {allowedAddresses: [${HOST}]}}\nnumbers: {'${NUMBER}': {prompt: ${agent.prompt}}}\n`,
  );
  const api = new SipClient(livekit.url, apiKey, apiSecret);
  await applySetup({ setup, agentName: agent.name, password: () => '', api });
  return `Softphone on this machine: call sip:${NUMBER}@${HOST}:${port} over UDP, no account and no registration, codec G.722 or G.711, DTMF by RFC 4733`;
}
