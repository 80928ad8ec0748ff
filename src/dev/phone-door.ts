import { SipClient } from 'livekit-server-sdk';
import { applySetup } from '../phone/apply.ts';
import { readSetup } from '../phone/read-setup.ts';
import type { Service } from './child.ts';
import { type LiveKit, startLiveKit } from './livekit.ts';
import type { LiveKitBinary } from './livekit-binary.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import { launchRedis } from './redis.ts';
import { findSipBinary } from './sip-binary.ts';
import { launchSip } from './sip-service.ts';

const HOST = '127.0.0.1';
const RTP_PORTS = { start: 31_200, end: 31_399 };
/** Of those that nobody has. */
export const DEV_NUMBER = '+15550100';

/** A LiveKit with a SIP service on loopback, and one number that reaches an agent. */
export interface PhoneDoor {
  livekit: LiveKit;
  /** `127.0.0.1` and a UDP port. */
  host: string;
  port: number;
  number: string;
  close(): Promise<void>;
}

/**
 * @param options.agentName - who answers the number, with its default prompt.
 * @throws AppError with the end of the output of whatever does not start.
 */
export async function startPhoneDoor({
  binary,
  agentName,
  logFile,
  onProgress,
}: {
  binary: LiveKitBinary;
  agentName: string;
  logFile(program: string): string;
  onProgress(text: string): void;
}): Promise<PhoneDoor> {
  const command = await findSipBinary({ onProgress });
  const [redisPort, port, healthPort] = [await freeTcpPort(), await freeUdpPort(), await freeTcpPort()];
  const running: Service[] = [];
  let livekit: LiveKit | undefined;
  const close = async () => {
    for (const service of running.toReversed()) await service.stop();
    await livekit?.close();
  };
  const keep = async (service: Service) => {
    running.push(service);
    await service.ready;
  };
  try {
    await keep(launchRedis(redisPort, logFile('redis')));
    livekit = await startLiveKit({
      ...{ binary, logFile: logFile('livekit'), redisAddress: `${HOST}:${redisPort}` },
    });
    const { url, apiKey, apiSecret } = livekit;
    const service = {
      ...{ livekitUrl: url, apiKey, apiSecret, redisUrl: `redis://${HOST}:${redisPort}`, port, healthPort },
      ...{ address: HOST, listenAddress: HOST, rtpPorts: RTP_PORTS, maxCpuUtilization: 1 },
    };
    await keep(launchSip({ command, service, logFile: logFile('sip') }));
    const text = `inbound: {here: {allowedAddresses: [${HOST}]}}\nnumbers: {'${DEV_NUMBER}': {prompt: default}}\n`;
    const api = new SipClient(url, apiKey, apiSecret, { failover: false });
    await applySetup({ setup: readSetup('phone', text), agentName, password: () => '', api });
    return { livekit, host: HOST, port, number: DEV_NUMBER, close };
  } catch (error) {
    await close();
    throw error;
  }
}
