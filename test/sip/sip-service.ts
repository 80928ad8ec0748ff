import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { isLiveKit, type LiveKit, livekitPorts, livekitUrl } from '../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { livekitConfig } from '../../src/dev/livekit-config.ts';
import { randomKeyPair } from '../../src/dev/livekit-keys.ts';
import { freeTcpPort, freeUdpPort } from '../../src/dev/ports.ts';
import { startService } from '../../src/dev/ready.ts';
import { findSipBinary } from '../../src/dev/sip-binary.ts';
import type { Redis } from '../e2e/redis.ts';

const READY_WITHIN_MS = 20_000;
/** Ports of one service: more than the calls of any row. */
const RTP_PORTS = 200;

/** LiveKit as the SIP service wants it: it has a Redis. */
export async function startLiveKitWith(redis: Redis): Promise<LiveKit> {
  const ports = await livekitPorts();
  const keys = randomKeyPair();
  const config = { ...livekitConfig({ ...ports, ...keys }), redis: { address: redis.address } };
  const { command, args } = await findLiveKitBinary();
  const { pid, exited, stop } = startChild({
    ...{ command, args, env: { LIVEKIT_CONFIG: JSON.stringify(config) }, graceMs: 500 },
  });
  const url = livekitUrl(ports);
  while (!(await isLiveKit(url))) await new Promise((resolve) => setTimeout(resolve, 50));
  return { url, ...keys, pid, exited, close: stop };
}

export interface SipService {
  /** `127.0.0.1:port`, UDP. */
  readonly address: string;
  readonly log: readonly string[];
  /** Ends it as a crash does, and starts it again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * livekit-sip on loopback.
 *
 * @throws AppError with the end of its output when it does not start.
 */
export async function startSipService(livekit: LiveKit, redis: Redis): Promise<SipService> {
  const command = await findSipBinary();
  const [sipPort, healthPort] = [await freeUdpPort(), await freeTcpPort()];
  const rtpFirst = 33_000 + RTP_PORTS * Math.floor(Math.random() * 100);
  const config = {
    ...{ api_key: livekit.apiKey, api_secret: livekit.apiSecret, ws_url: livekit.url },
    redis: { address: redis.address },
    ...{ sip_port: sipPort, health_port: healthPort, listen_ip: '127.0.0.1', nat_1_to_1_ip: '127.0.0.1' },
    rtp_port: `${rtpFirst}-${rtpFirst + RTP_PORTS - 1}`,
    use_external_ip: false,
    // On a busy machine it would refuse calls.
    max_cpu_utilization: 1,
    // Below it, each packet of ICE and SCTP is a line, which two processors notice.
    logging: { level: 'info' },
  };
  const log: string[] = [];
  const launch = async () => {
    const service = startService({
      name: 'livekit-sip',
      command,
      args: [],
      env: { PATH: processSources().env.PATH, SIP_CONFIG_BODY: JSON.stringify(config) },
      withinMs: READY_WITHIN_MS,
      graceMs: 500,
      readyAt(line) {
        log.push(line);
        return line.includes('sip signaling listening on') || line.includes('service ready');
      },
    });
    await service.ready;
    return service;
  };
  let service = await launch();
  return {
    address: `127.0.0.1:${sipPort}`,
    log,
    async restart() {
      service.kill();
      await service.exited;
      service = await launch();
    },
    stop: () => service.stop(),
  };
}
