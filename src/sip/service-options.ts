import { isIPv4 } from 'node:net';
import type { Config } from '../config/schema.ts';
import { ConfigError, type ConfigProblem } from '../errors.ts';
import { hideUrlSecrets } from '../urls.ts';
import type { PortRange, SipService } from './service-yaml.ts';

/** Flags of `sip config`, as they are typed. */
export interface ServiceFlags {
  address: string;
  port: string;
  rtp: string;
  media: string;
}

export interface ServiceOptions {
  service: SipService;
  /** UDP ports of LiveKit's media. */
  mediaPorts: PortRange;
}

const HEALTH_PORT = 8083;
const METRICS_PORT = 6790;
const PRIVATE = '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10';
const PRIVATE_IPV4 =
  /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|127\.)/;

/**
 * Flags and settings as livekit-sip needs them, all addresses private: SIP and RTP are sent in the clear, and LiveKit is not
 * to be reached from elsewhere.
 *
 * @throws ConfigError with every fault.
 */
export function serviceOptions({ livekit, check }: Config, flags: ServiceFlags): ServiceOptions {
  const problems: ConfigProblem[] = [];
  const want = (key: string, got: string, wanted: string) => problems.push({ key, got, want: wanted });
  if (!isIPv4(flags.address) || !PRIVATE_IPV4.test(flags.address))
    want('--address', flags.address, `the machine's IPv4 address that the SIP proxy sends to, of ${PRIVATE}`);
  for (const [key, url] of Object.entries({ LIVEKIT_URL: livekit.url, CHECK_REDIS_URL: check.redisUrl })) {
    const host = url === undefined ? '' : new URL(url).hostname;
    if (isIPv4(host) && !PRIVATE_IPV4.test(host))
      want(key, hideUrlSecrets(url ?? ''), `an address of ${PRIVATE}`);
  }
  if (check.redisUrl === undefined)
    want(
      'CHECK_REDIS_URL',
      '(not set)',
      'LiveKit’s Redis as the machine reaches it: redis://:password@10.0.0.9:6379',
    );
  const port = Number(flags.port);
  if (!isPort(port)) want('--port', flags.port, 'a port, such as 5060');
  const rtpPorts = rangeOf(flags.rtp);
  if (!rtpPorts)
    want('--rtp', flags.rtp, 'a range of ports, such as 10000-10399: every second one is a call');
  else if (port >= rtpPorts.start && port <= rtpPorts.end)
    want('--rtp', flags.rtp, `a range without ${port}, the port of signalling`);
  const mediaPorts = rangeOf(flags.media);
  if (!mediaPorts) want('--media', flags.media, 'LiveKit’s UDP ports, such as 50000-60000 or 7882');
  if (problems.length > 0 || !rtpPorts || !mediaPorts) throw new ConfigError(problems);
  const { url: livekitUrl, apiKey, apiSecret } = livekit;
  const ports = { port, rtpPorts, healthPort: HEALTH_PORT, metricsPort: METRICS_PORT };
  const redisUrl = check.redisUrl ?? '';
  return {
    service: { livekitUrl, apiKey, apiSecret, redisUrl, address: flags.address, ...ports },
    mediaPorts,
  };
}

const isPort = (port: number) => Number.isInteger(port) && port > 0 && port < 65_536;

function rangeOf(text: string): PortRange | undefined {
  const [start = Number.NaN, end = start, ...rest] = text.split('-').map(Number);
  return rest.length === 0 && isPort(start) && isPort(end) && start <= end ? { start, end } : undefined;
}
