import type { EventEmitter } from 'node:events';
import { AudioSource } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';

test('after the native side is freed, nothing hears of its events', async () => {
  await new AudioSource(24_000, 1, 0).close();
  const client = Reflect.get(globalThis, '_ffiClientInstance') as EventEmitter;
  const late: unknown[] = [];
  client.on('ffi_event', (event) => late.push(event));
  client.emit('ffi_event', { message: {} });
  expect(late).toHaveLength(1);
  await disposeRtc();
  client.emit('ffi_event', { message: {} });
  expect(late).toHaveLength(1);
});
