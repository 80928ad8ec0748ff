import type { EventEmitter } from 'node:events';
import { dispose } from '@livekit/rtc-node';

/**
 * Frees all that rtc-node holds on its native side, at the end of a process or of a test file. rtc-node 0.13.35 hears events on after
 * that: the end of an audio stream that was on its way frees the stream once more, which throws where nobody catches
 * («trying to drop an invalid handle»).
 */
export async function disposeRtc(): Promise<void> {
  const client = Reflect.get(globalThis, '_ffiClientInstance') as EventEmitter | undefined;
  client?.removeAllListeners('ffi_event');
  await dispose();
}
