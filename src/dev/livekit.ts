import { setTimeout as sleep } from 'node:timers/promises';
import { processSources } from '../config/load.ts';
import { AppError } from '../errors.ts';
import { type Child, startChild } from './child.ts';
import { findLiveKitBinary, type LiveKitBinary } from './livekit-binary.ts';
import { LIVEKIT_HOST, livekitConfig } from './livekit-config.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';

const READY_WITHIN_MS = 15_000;
/** It waits for the last participant to leave; nothing that is lost by not waiting is of use here. */
const CLOSE_GRACE_MS = 500;
const ATTEMPTS = 3;

export interface LiveKitOptions {
  /** Default: `findLiveKitBinary()`. */
  binary?: LiveKitBinary;
  /** Port of signalling and API; default a free one. */
  port?: number;
  apiKey?: string;
  apiSecret?: string;
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
  /** At once, without waiting for it to end. */
  kill(): void;
}

/**
 * Starts livekit-server on loopback and waits until it answers.
 *
 * @throws AppError with the end of its output when it ends or does not answer in time.
 */
export async function startLiveKit(options: LiveKitOptions = {}): Promise<LiveKit> {
  const binary = options.binary ?? (await findLiveKitBinary());
  const { apiKey = 'devkey', apiSecret = 'secret' } = options;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freeTcpPort());
    const config = livekitConfig({
      port,
      udpPort: await freeUdpPort(),
      stunPort: await freeUdpPort(),
      apiKey,
      apiSecret,
    });
    const child = startChild({
      command: binary.command,
      args: binary.args,
      env: environment(binary, JSON.stringify(config)),
      ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    });
    const failure = await untilReady(`http://${LIVEKIT_HOST}:${port}/`, child);
    if (!failure) {
      const url = `ws://${LIVEKIT_HOST}:${port}`;
      return {
        url,
        apiKey,
        apiSecret,
        pid: child.pid,
        exited: child.exited,
        close: () => child.stop(CLOSE_GRACE_MS),
        kill: child.kill,
      };
    }
    await child.stop(0);
    // Free ports are found before livekit-server binds them; in between another process may have taken one.
    if (!/address already in use/.test(failure) || attempt === ATTEMPTS) {
      throw new AppError(`livekit-server (${binary.command}) did not start: ${failure}`);
    }
  }
}

/** livekit-server reads settings from `LIVEKIT_*`, `UDP_PORT`, `NODE_IP` and others: it gets none of the user's. */
function environment(binary: LiveKitBinary, config: string) {
  const { env } = processSources();
  if (binary.origin === 'docker') return { ...env, LIVEKIT_CONFIG: config };
  return { PATH: env.PATH, HOME: env.HOME, LIVEKIT_CONFIG: config };
}

/** `undefined` once it answers, else what went wrong. */
async function untilReady(url: string, child: Child): Promise<string | undefined> {
  const ended = child.exited.then(({ lastLines }) => `it ended; its last lines:\n${lastLines.join('\n')}`);
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    if (await isLiveKit(url)) return undefined;
    const failure = await Promise.race([ended, sleep(50)]);
    if (failure) return failure;
  }
  return `no answer on ${url} within ${READY_WITHIN_MS} ms`;
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
