import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Sources } from '../config/load.ts';

export interface KeyPair {
  apiKey: string;
  apiSecret: string;
}

/** What everybody tries: only for clients that know nothing else. */
export const DEVKEY: KeyPair = { apiKey: 'devkey', apiSecret: 'secret' };

/**
 * A pair for one livekit-server. Its API answers on loopback, which every web page that a browser of this machine shows
 * can reach too: a pair that is known would let it list rooms and join calls.
 */
export const randomKeyPair = (): KeyPair => ({
  apiKey: `dev${randomBytes(5).toString('hex')}`,
  apiSecret: randomBytes(32).toString('base64url'),
});

/** As much of a secret as tells two apart. */
export const masked = (text: string): string => `${text.slice(0, 6)}…`;

/** Where `npm run dev` tells `npm run token` of its LiveKit; the last one that was started stands. */
export const DEV_LIVEKIT_FILE = join('.cache', 'dev', 'livekit.json');

const devLiveKit = z.object({ url: z.string(), apiKey: z.string(), apiSecret: z.string(), pid: z.number() });

/** The LiveKit of one `npm run dev`, and that program's process. */
export type DevLiveKit = z.output<typeof devLiveKit>;

/** Keeps it for this user's eyes only. */
export async function tellOfLiveKit(livekit: DevLiveKit, file = DEV_LIVEKIT_FILE): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true }); // an old one may have other rights
  await writeFile(file, `${JSON.stringify(livekit, null, 2)}\n`, { mode: 0o600 });
}

/** Takes back what a process told, unless another `npm run dev` told of its own since. */
export async function forgetLiveKit(pid: number, file = DEV_LIVEKIT_FILE): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (parsed(text)?.pid === pid) await rm(file, { force: true });
}

/**
 * The same sources, with the LiveKit of a running `npm run dev` where no setting names one.
 *
 * @param open - required settings that are set nowhere
 */
export function withDevLiveKit(sources: Sources, open: ReadonlySet<string>): Sources {
  const found = open.has('LIVEKIT_URL') ? parsed(sources.read(DEV_LIVEKIT_FILE) ?? '') : undefined;
  if (!found || !isRunning(found.pid)) return sources;
  const { url, apiKey, apiSecret } = found;
  const settings = { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
  return { ...sources, env: { ...sources.env, ...settings } };
}

function parsed(text: string): DevLiveKit | undefined {
  try {
    return devLiveKit.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** One that was killed takes nothing back. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
