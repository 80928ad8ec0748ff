import type { AgentServer } from '@livekit/agents';
import { WorkerMessage, WorkerStatus } from '@livekit/protocol';
import type { Slots } from './slots.ts';

/** A call process ends without an event that the framework passes on; looking is cheap. */
const LOOK_EVERY_MS = 200;

/**
 * Tells LiveKit at once when the last slot was taken or one is free again. The framework itself tells it every
 * 2.5 s: in between, callers would be offered to a full worker, or none to a free one.
 *
 * @returns what stops it.
 */
export function reportLoadAtOnce(server: AgentServer, slots: Slots, loadThreshold: number): () => void {
  let wasFull = false;
  const timer = setInterval(() => {
    const load = slots.load();
    const isFull = load >= loadThreshold;
    if (isFull === wasFull) return;
    wasFull = isFull;
    const status = isFull ? WorkerStatus.WS_FULL : WorkerStatus.WS_AVAILABLE;
    server.event.emit(
      'worker_msg',
      new WorkerMessage({ message: { case: 'updateWorker', value: { load, status } } }),
    );
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
