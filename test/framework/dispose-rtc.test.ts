import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = `
  import { AudioSource } from '@livekit/rtc-node';
  import { disposeRtc } from './src/framework/dispose-rtc.ts';
  await new AudioSource(24_000, 1, 0).close();
  const client = globalThis._ffiClientInstance;
  let heard = 0;
  client.on('ffi_event', () => (heard += 1));
  client.emit('ffi_event', { message: {} });
  const before = heard;
  await disposeRtc();
  client.emit('ffi_event', { message: {} });
  console.log(before, heard);
`;

// In a process of its own: the native side is freed for good, and the other tests of this process use it.
test('after the native side is freed, nothing hears of its events', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout.trim()).toBe('1 1');
});
