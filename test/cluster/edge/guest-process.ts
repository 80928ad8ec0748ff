/** A caller in a client's network: does what guest.ts asks it. */
import { disposeRtc } from '../../../src/framework/dispose-rtc.ts';
import { joinAsCaller } from '../../../src/probe/guest.ts';
import { similarity } from '../../../src/probe/likeness.ts';
import type { Sound } from '../../../src/probe/wav.ts';
import type { Entry, PageEntry } from './guest.ts';
import { serveRemote } from './serve-remote.ts';

const QUIET_MS = 1000;
const WITHIN_MS = 60_000;

await serveRemote(async (entry: Entry) => {
  const guest = await joinAsCaller('page' in entry ? await askPage(entry) : entry);
  /** What the agent says from a moment on, until it listens and is quiet again. */
  const saidAfter = async (afterMs: number): Promise<Sound> => {
    const startMs = await guest.waitForSpeech({ afterMs, timeoutMs: WITHIN_MS });
    const listensAgain = () =>
      guest.states.find(({ state, atMs }) => state === 'listening' && atMs > startMs)?.atMs;
    const doneMs = await guest.until('the agent to listen again', listensAgain, WITHIN_MS);
    const endMs = await guest.waitForSilence({ afterMs: doneMs, timeoutMs: WITHIN_MS, quietMs: QUIET_MS });
    return guest.heard.between(startMs - 300, endMs + 300);
  };
  return {
    greeting: () => saidAfter(0),
    ask: async (question: Sound) => saidAfter((await guest.speak(question)).lastVoicedAtMs),
    likeness: (heard: Sound, expected: Sound) => similarity(heard, expected).score,
    icePair: () => guest.icePair(),
    identity: () => guest.identity,
    describe: () => guest.describe(),
    leave: () => guest.leave(),
  };
}, disposeRtc);

/** What the page asks its server for when somebody presses Call. */
async function askPage({ page, accessToken }: PageEntry): Promise<{ url: string; token: string }> {
  const response = await fetch(`${page}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: '{}',
  });
  if (!response.ok)
    throw new Error(`the page's server answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { url: string; token: string };
}
