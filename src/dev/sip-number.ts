import { join } from 'node:path';
import { SipClient } from 'livekit-server-sdk';
import { applySetup } from '../phone/apply.ts';
import { readSetup } from '../phone/read-setup.ts';
import type { PortRange } from '../sip/service-yaml.ts';
import type { Service } from './child.ts';
import type { KeyPair } from './livekit-keys.ts';
import { freeTcpPort } from './ports.ts';
import { launchRedis } from './redis.ts';
import { findSipBinary } from './sip-binary.ts';
import { launchSip } from './sip-service.ts';

export const SIP_HOST = '127.0.0.1';
/** Of those that nobody has. */
export const DEV_NUMBER = '+15550100';

export interface SipNumberParts {
  livekit: KeyPair & { url: string };
  /** That LiveKit's, `host:port`. */
  redisAddress: string;
  /** Its UDP and TCP port on loopback. */
  port: number;
  rtpPorts: PortRange;
  agent: { name: string; prompt: string };
  logDir: string;
  /** Keeps it running, until whoever asks ends it. */
  keep(name: string, start: () => Service): { readonly ready: Promise<void> };
  onProgress(text: string): void;
}

/** @returns `host:port` of a Redis for a LiveKit and a SIP service. */
export async function runRedis({ logDir, keep }: Pick<SipNumberParts, 'logDir' | 'keep'>): Promise<string> {
  const port = await freeTcpPort();
  await keep('Redis', () => launchRedis(port, join(logDir, 'redis.log'))).ready;
  return `${SIP_HOST}:${port}`;
}

/**
 * LiveKit's SIP service on loopback, and one number, `DEV_NUMBER`, whose calls from this machine reach the agent.
 *
 * @throws AppError with the end of its output when it does not start.
 */
export async function runSipNumber(parts: SipNumberParts): Promise<void> {
  const { livekit, redisAddress, port, rtpPorts, agent, logDir, keep, onProgress } = parts;
  const { url, apiKey, apiSecret } = livekit;
  const command = await findSipBinary({ onProgress });
  const service = {
    ...{ livekitUrl: url, apiKey, apiSecret, redisUrl: `redis://${redisAddress}`, port, rtpPorts },
    ...{ address: SIP_HOST, listenAddress: SIP_HOST, healthPort: await freeTcpPort(), maxCpuUtilization: 1 },
  };
  const logFile = join(logDir, 'sip.log');
  await keep('SIP service', () => launchSip({ command, service, logFile })).ready;
  const setup = readSetup(
    'the number on this machine',
    `inbound: {here: {allowedAddresses: [${SIP_HOST}]}}\nnumbers: {'${DEV_NUMBER}': {prompt: ${agent.prompt}}}\n`,
  );
  const api = new SipClient(url, apiKey, apiSecret, { failover: false });
  await applySetup({ setup, agentName: agent.name, password: () => '', api });
}
