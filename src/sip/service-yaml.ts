import { stringify } from 'yaml';

/** What livekit-sip has to be told, on whatever machine it runs. */
export interface SipService {
  /** LiveKit, as livekit-sip reaches it. */
  livekitUrl: string;
  apiKey: string;
  apiSecret: string;
  /** LiveKit's Redis: `redis://[user:password@]host[:6379][/db]`, or `rediss:`. LiveKit's API finds SIP services by it. */
  redisUrl: string;
  /** IPv4 address that it names in Contact and SDP: the one that the other end sends to. */
  address: string;
  /** Where signalling listens; default all interfaces. RTP listens on all of them in any case (v1.8.0). */
  listenAddress?: string;
  /** UDP and TCP. */
  port: number;
  /** UDP. A call takes an even one and keeps it for 30 s after its last packet. */
  rtpPorts: PortRange;
  /** TCP, on all interfaces: `GET /` answers 200 while it takes calls. */
  healthPort: number;
  /** TCP, on all interfaces; default none. */
  metricsPort?: number;
  /** Share of all processors above which it refuses calls; default 0.9, at most 1. */
  maxCpuUtilization?: number;
}

export interface PortRange {
  start: number;
  end: number;
}

/**
 * The configuration file of livekit-sip 1.8.0 (its `pkg/config/config.go`), YAML with secrets in it.
 *
 * It ignores keys that it does not know, so a typo would go unseen. `use_external_ip` would ask public STUN servers. Its
 * `media_timeout` of 15 s would end calls that a PBX holds without sending sound.
 */
export function sipServiceYaml(service: SipService): string {
  const { rtpPorts, maxCpuUtilization, metricsPort, listenAddress } = service;
  return stringify({
    ws_url: service.livekitUrl,
    api_key: service.apiKey,
    api_secret: service.apiSecret,
    redis: redisSettings(new URL(service.redisUrl)),
    use_external_ip: false,
    nat_1_to_1_ip: service.address,
    ...(listenAddress !== undefined && { listen_ip: listenAddress }),
    sip_port: service.port,
    rtp_port: `${rtpPorts.start}-${rtpPorts.end}`,
    media_timeout: '600s',
    health_port: service.healthPort,
    ...(metricsPort !== undefined && { prometheus_port: metricsPort }),
    ...(maxCpuUtilization !== undefined && { max_cpu_utilization: maxCpuUtilization }),
    logging: { level: 'info', json: true },
  });
}

/** As livekit-server's and livekit-sip's files both have it. */
function redisSettings(url: URL): Record<string, unknown> {
  const db = Number(url.pathname.slice(1));
  return {
    address: `${url.hostname}:${url.port || 6379}`,
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(db > 0 && { db }),
    ...(url.protocol === 'rediss:' && { tls: { enabled: true } }),
  };
}
