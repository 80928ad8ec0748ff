import { join } from 'node:path';
import type { Service } from './child.ts';
import { type LiveKit, startLiveKit } from './livekit.ts';
import type { LiveKitBinary } from './livekit-binary.ts';
import { freeUdpPort } from './ports.ts';
import { DEV_NUMBER, runRedis, runSipNumber, SIP_HOST } from './sip-number.ts';

const RTP_PORTS = { start: 31_200, end: 31_399 };

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
  logDir,
  onProgress,
}: {
  binary: LiveKitBinary;
  agentName: string;
  logDir: string;
  onProgress(text: string): void;
}): Promise<PhoneDoor> {
  const running: Service[] = [];
  let livekit: LiveKit | undefined;
  const close = async () => {
    for (const service of running.toReversed()) await service.stop();
    await livekit?.close();
  };
  const keep = (_name: string, start: () => Service) => {
    const service = start();
    running.push(service);
    return service;
  };
  try {
    const redisAddress = await runRedis({ logDir, keep });
    livekit = await startLiveKit({ binary, logFile: join(logDir, 'livekit.log'), redisAddress });
    const port = await freeUdpPort();
    await runSipNumber({
      ...{ livekit, redisAddress, port, logDir, keep, onProgress, rtpPorts: RTP_PORTS },
      agent: { name: agentName, prompt: 'default' },
    });
    return { livekit, host: SIP_HOST, port, number: DEV_NUMBER, close };
  } catch (error) {
    await close();
    throw error;
  }
}
