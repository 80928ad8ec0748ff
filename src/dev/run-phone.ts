import type { PortRange } from '../sip/service-yaml.ts';
import { type Context, tellTaken } from './context.ts';
import { choosePort } from './ports.ts';
import type { RunningLiveKit } from './run-livekit.ts';
import { DEV_NUMBER, runSipNumber, SIP_HOST } from './sip-number.ts';

const SIP_PORT = 5060;
const RTP_PORTS: PortRange = { start: 10_000, end: 10_199 };

/**
 * The SIP service of `npm run dev`, with one number that reaches the agent.
 *
 * @returns what a softphone has to be set to, for people.
 */
export async function runPhone(context: Context, livekit: RunningLiveKit): Promise<string> {
  const { plan, screen, logDir, keep, redisAddress } = context;
  if (!livekit.service || redisAddress === undefined)
    return `No SIP service: it would need the Redis of the LiveKit at LIVEKIT_URL. Leave LIVEKIT_URL unset for one of dev's own`;
  const { agent, livekit: keys } = plan.config;
  const port = tellTaken(screen, 'the SIP service', await choosePort(SIP_PORT));
  await runSipNumber({
    ...{ redisAddress, port, agent, logDir, keep, rtpPorts: RTP_PORTS, onProgress: screen.progress },
    livekit: { ...keys, url: livekit.url },
  });
  return `Softphone on this machine: call sip:${DEV_NUMBER}@${SIP_HOST}:${port} over UDP, no account and no registration, codec G.722 or G.711, DTMF by RFC 4733`;
}
