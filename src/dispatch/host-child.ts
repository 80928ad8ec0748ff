import { fork } from 'node:child_process';
import type { FromHost, ToHost } from './host-messages.ts';

/** A host process as the pool sees it; tests put their own in its place. */
export interface HostChild {
  readonly pid: number | undefined;
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
 * Starts hosts as Node processes with the environment, the arguments to Node and the output of this one.
 *
 * @param file - the host's program; its extension follows how this process runs.
 */
export function forkHosts(file: string): StartHost {
  return (number) => {
    const child = fork(file, [String(number)]);
    return {
      pid: child.pid,
      send(message) {
        // A channel that closes while something is sent ends in `exit`, which says all there is to say.
        if (child.connected) child.send(message, () => {});
      },
      kill: () => void child.kill('SIGKILL'),
      onMessage: (hear) => void child.on('message', (message) => hear(message as FromHost)),
      onExit(hear) {
        child.once('exit', (code, signal) => hear(signal ?? `exit code ${code}`));
        child.on('error', (error) => {
          if (child.pid === undefined) hear(error.message);
        });
      },
    };
  };
}
