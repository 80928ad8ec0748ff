import { setTimeout as sleep } from 'node:timers/promises';
import { processSources } from '../config/load.ts';
import { AppError, messageOf } from '../errors.ts';
import { type Child, type Service, startChild } from './child.ts';
import { findLiveKitBinary, type LiveKitBinary } from './livekit-binary.ts';
import { LIVEKIT_HOST, type LiveKitPorts, livekitConfig } from './livekit-config.ts';
import { randomKeyPair } from './livekit-keys.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import { asService } from './ready.ts';

const READY_WITHIN_MS = 15_000;
/** It waits for the last participant to leave; nothing that is lost by not waiting is of use here. */
const CLOSE_GRACE_MS = 500;
const ATTEMPTS = 3;

export interface LiveKitOptions {
  /** Default: `findLiveKitBinary()`. */
  binary?: LiveKitBinary;
  /** Port of signalling and API; default a free one. */
  port?: number;
  /** Of the only pair of keys that it takes; default random. */
  apiKey?: string;
  apiSecret?: string;
  /** `host:port` of a Redis, for SIP services; default none. */
  redisAddress?: string | undefined;
  /** Gets livekit-server's output. */
  logFile?: string;
}

/** A livekit-server of our own, reachable from this machine only. */
export interface LiveKit {
  url: string;
  apiKey: string;
  apiSecret: string;
  pid: number | undefined;
  exited: Child['exited'];
  close(): Promise<void>;
}

/**
 * Starts livekit-server on free ports of loopback and waits until it answers.
 *
 * @throws AppError with the end of its output when it ends or does not answer in time.
 */
export async function startLiveKit(options: LiveKitOptions = {}): Promise<LiveKit> {
  const binary = options.binary ?? (await findLiveKitBinary());
  const { apiKey, apiSecret } = { ...randomKeyPair(), ...options };
  for (let attempt = 1; ; attempt++) {
    const ports = await livekitPorts(options.port);
    const service = launchLiveKit({ ...options, binary, apiKey, apiSecret, ports });
    try {
      await service.ready;
      const { pid, exited, stop } = service;
      return { url: livekitUrl(ports), apiKey, apiSecret, pid, exited, close: stop };
    } catch (error) {
      await service.stop();
      // Free ports are found before livekit-server binds them; in between another process may have taken one.
      if (attempt === ATTEMPTS || !messageOf(error).includes('address already in use')) throw error;
    }
  }
}

export const livekitUrl = ({ port }: LiveKitPorts): string => `ws://${LIVEKIT_HOST}:${port}`;

/** Free ports for one livekit-server, the one for signalling and API as wanted. */
export async function livekitPorts(port?: number): Promise<LiveKitPorts> {
  return { port: port ?? (await freeTcpPort()), udpPort: await freeUdpPort(), stunPort: await freeUdpPort() };
}

export interface Launch {
  binary: LiveKitBinary;
  ports: LiveKitPorts;
  apiKey: string;
  apiSecret: string;
  redisAddress?: string | undefined;
  logFile?: string;
}

/** One livekit-server process on these ports. */
export function launchLiveKit(launch: Launch): Service {
  const { binary, ports, apiKey, apiSecret, redisAddress, logFile } = launch;
  const config = livekitConfig({ ...ports, apiKey, apiSecret, redisAddress });
  const child = startChild({
    command: binary.command,
    args: binary.args,
    env: environment(binary, JSON.stringify(config)),
    graceMs: CLOSE_GRACE_MS,
    ...(logFile === undefined ? {} : { logFile }),
  });
  return asService('livekit-server', child, untilAnswers(livekitUrl(ports), child), READY_WITHIN_MS);
}

/** livekit-server reads settings from `LIVEKIT_*`, `UDP_PORT`, `NODE_IP` and others: it gets none of the user's. */
function environment(binary: LiveKitBinary, config: string) {
  const { env } = processSources();
  if (binary.origin === 'docker') return { ...env, LIVEKIT_CONFIG: config };
  return { PATH: env.PATH, HOME: env.HOME, LIVEKIT_CONFIG: config };
}

async function untilAnswers(url: string, child: Child): Promise<void> {
  let over = false;
  child.exited.then(() => {
    over = true;
  });
  while (!(await isLiveKit(url))) {
    if (over) throw new AppError('it ended');
    await sleep(50);
  }
}

/** Whether a LiveKit server answers at an `http(s)` or `ws(s)` URL within a second. */
export async function isLiveKit(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/', url.replace(/^ws/, 'http')), {
      signal: AbortSignal.timeout(1000),
    });
    return response.ok && (await response.text()) === 'OK';
  } catch {
    return false;
  }
}
