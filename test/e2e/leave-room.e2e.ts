import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';

const WRITER = fileURLToPath(new URL('leaving-writer.ts', import.meta.url));

/** By rtc-node it is a matter of chance: alone on a machine one of the first twelve ends the process. */
const MANY = 120;

let livekit: LiveKit;
beforeAll(async () => {
  livekit = await startLiveKit();
});
afterAll(() => livekit?.close());

/** How a process ends that leaves so many rooms this way, and how many it had left. */
function leaveRooms(how: 'leaveRoom' | 'disconnect', rooms: number) {
  const { url, apiKey, apiSecret } = livekit;
  const { PATH, HOME } = processSources().env;
  const args = ['--import', import.meta.resolve('tsx'), WRITER, how, String(rooms), url, apiKey, apiSecret];
  return new Promise<{ left: number; signal: string | null; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, args, { env: { PATH, HOME } }, (_, stdout, stderr) => {
      const left = stdout.split('\n').filter((line) => /^\d+$/.test(line)).length;
      resolve({ left, signal: child.signalCode, stderr });
    });
  });
}

test('a process that leaves rooms which the framework still writes in goes on', async () => {
  const { left, signal, stderr } = await leaveRooms('leaveRoom', 20);
  expect(stderr).toBe('');
  expect({ left, signal }).toEqual({ left: 20, signal: null });
});

test('rtc-node by itself ends the process: once it does not, leave-room.ts can go', async () => {
  const { left, signal, stderr } = await leaveRooms('disconnect', MANY);
  expect(stderr).toContain('called `Option::unwrap()` on a `None` value');
  expect(signal).toBe('SIGABRT');
  expect(left).toBeLessThan(MANY);
});
