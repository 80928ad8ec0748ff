/** A caller in a network of its own (client.ts): one process, which does what guest.ts asks it by message. */
import { dispose } from '@livekit/rtc-node';
import { joinAsCaller } from '../../../src/probe/guest.ts';
import type { Sound } from '../../../src/probe/wav.ts';
import type { Asked, Told } from './guest.ts';

const QUIET_MS = 1000;
const WITHIN_MS = 30_000;

const [, , url = '', token = ''] = process.argv;
const tell = (message: Told) => process.send?.(message);

try {
  const guest = await joinAsCaller({ url, token });
  /** What the agent says from a moment on, until it is quiet again. */
  const saidAfter = async (afterMs: number): Promise<Sound> => {
    const startMs = await guest.waitForSpeech({ afterMs, timeoutMs: WITHIN_MS });
    const endMs = await guest.waitForSilence({ afterMs: startMs, timeoutMs: WITHIN_MS, quietMs: QUIET_MS });
    return guest.heard.between(startMs - 300, endMs + 300);
  };
  const methods = {
    greeting: () => saidAfter(0),
    ask: async (question: Sound) => saidAfter((await guest.speak(question)).lastVoicedAtMs),
    icePair: () => guest.icePair(),
    left: async () => guest.left?.reason,
    describe: async () => guest.describe(),
    leave: () => guest.leave(),
  };
  process.on('message', async ({ id, method, args }: Asked) => {
    try {
      tell({ id, result: await (methods[method] as (...given: unknown[]) => Promise<unknown>)(...args) });
    } catch (error) {
      tell({ id, error: String(error) });
    }
  });
  tell({ id: 0 });
} catch (error) {
  tell({ id: 0, error: error instanceof Error ? error.message : String(error) });
}
process.on('disconnect', async () => {
  await dispose();
  process.exit();
});
