import type { FromHost, ToHost } from '../dispatch/host-messages.ts';

/** The way to and from the worker that started this process. */
export interface Channel {
  /** Never throws; what is sent once the worker is gone is lost. */
  send(message: FromHost): void;
  /** Resolves when all that was sent has left this process. */
  flushed(): Promise<void>;
  onMessage(take: (message: ToHost) => void): void;
  /** The worker's process is gone, or was before. */
  onGone(take: () => void): void;
}

export function openChannel(): Channel {
  let last: Promise<void> = Promise.resolve();
  return {
    send(message) {
      if (!process.connected) return;
      last = new Promise((resolve) => {
        // The error is that of a worker that went in this moment: `onGone` follows.
        process.send?.(message, undefined, undefined, () => resolve());
      });
    },
    flushed: () => last,
    onMessage: (take) => void process.on('message', (message) => take(message as ToHost)),
    onGone(take) {
      if (process.connected) process.once('disconnect', take);
      else take();
    },
  };
}
