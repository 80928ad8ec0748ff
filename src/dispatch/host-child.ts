import { fork } from 'node:child_process';
import { processSources } from '../config/load.ts';
import type { FromHost, ToHost } from './host-messages.ts';
import { type MainThread, mainThreadOf } from './main-thread.ts';

/** A host process as the pool sees it; tests put their own in its place. */
export interface HostChild {
  readonly pid: number | undefined;
  /** What its event loop's thread does now, where that can be seen. */
  mainThread(): MainThread | undefined;
  /** Does nothing once the process is gone. */
  send(message: ToHost): void;
  /** Ends it at once (SIGKILL). */
  kill(): void;
  onMessage(hear: (message: FromHost) => void): void;
  /** Called once, with the exit code or signal, or why it could not be started. */
  onExit(hear: (how: string) => void): void;
}

/** @param number - 1 and up, the smallest that no living host has. */
export type StartHost = (number: number) => HostChild;

/**
 * Node keeps room for 16 MB of new objects, three times: an idle host had 116 MB that way (PSS) and has 83 MB with this; one
 * with six calls 190 and 161.
 */
const SMALL = ['--max-semi-space-size=2'];

/**
 * Of glibc, which otherwise gives the threads of the native client up to eight heaps a core, each as large as the most that was once in
 * it: at rest after 80 calls a host had 187 MB (RSS), and grew, with these 163 MB, for no more CPU (1.14 s a call, 1.21 without).
 */
const FEW_HEAPS = { MALLOC_ARENA_MAX: '2' };

/** Node 22 follows a call through promises without a hook on each by this flag only; Node 24 does so by itself, Node 20 cannot. */
const CONTEXT_FRAMES = '--experimental-async-context-frame';
const HOOKLESS = process.allowedNodeEnvironmentFlags.has(CONTEXT_FRAMES) ? [CONTEXT_FRAMES] : [];

/**
 * Starts hosts as Node processes with the environment, the arguments to Node and the output of this one.
 *
 * @param file - the host's program; its extension follows how this process runs.
 */
export function forkHosts(file: string): StartHost {
  return (number) => {
    const child = fork(file, [String(number)], {
      execArgv: [...process.execArgv, ...SMALL, ...HOOKLESS],
      env: { ...FEW_HEAPS, ...processSources().env },
    });
    return {
      pid: child.pid,
      mainThread: () => mainThreadOf(child.pid),
      send(message) {
        // A channel that closes while something is sent ends in `exit`, which says all there is to say.
        if (child.connected) child.send(message, () => {});
      },
      kill: () => void child.kill('SIGKILL'),
      onMessage: (listener) => void child.on('message', (message) => listener(message as FromHost)),
      onExit(listener) {
        child.once('exit', (code, signal) => listener(signal ?? `exit code ${code}`));
        child.on('error', (error) => {
          if (child.pid === undefined) listener(error.message);
        });
      },
    };
  };
}
