import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { IcePair } from '../../../src/probe/ice.ts';
import type { Sound } from '../../../src/probe/wav.ts';
import type { Client } from './client.ts';

/** A caller in a client's network. */
export interface RemoteGuest {
  /** What the agent says first, until it is quiet: mono, 24 kHz. */
  greeting(): Promise<Sound>;
  /** Speaks, and resolves with what the agent says then, until it is quiet. */
  ask(question: Sound): Promise<Sound>;
  icePair(): Promise<IcePair | undefined>;
  /** LiveKit's reason, once the call has ended. */
  left(): Promise<number | undefined>;
  /** What the guest saw so far, in words. */
  describe(): Promise<string>;
  leave(): Promise<void>;
}

/** A message to the guest's process. */
export interface Asked {
  id: number;
  method: keyof RemoteGuest;
  args: unknown[];
}

/** A message from it; 0 is the join. */
export interface Told {
  id: number;
  result?: unknown;
  error?: string;
}

export interface GuestOptions {
  url: string;
  token: string;
  /** Trusted authority. */
  caFile: string;
}

const PROGRAM = fileURLToPath(new URL('guest-process.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/**
 * Joins from a client's network.
 *
 * @throws Error with the guest's words when it cannot join.
 */
export async function joinFrom(client: Client, { url, token, caFile }: GuestOptions): Promise<RemoteGuest> {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = client.spawn(process.execPath, ['--import', TSX, PROGRAM, url, token], {
    // rtc-node's own TLS reads the first, fetch of Node the second.
    env: { PATH, HOME, TMPDIR, SSL_CERT_FILE: caFile, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, (told: Told) => void>();
  child.on('message', (told: Told) => waiting.get(told.id)?.(told));
  void once(child, 'exit').then(([code]) => {
    for (const [id, settle] of waiting) settle({ id, error: `the guest's process ended with ${code}` });
  });
  const answer = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
    });
  const leave = () => child.connected && child.disconnect();
  let asked = 0;
  const ask = (method: keyof RemoteGuest, ...args: unknown[]) => {
    asked += 1;
    const answered = answer(asked);
    child.send({ id: asked, method, args } satisfies Asked);
    return answered;
  };
  try {
    await answer(0);
  } catch (error) {
    leave();
    throw error;
  }
  return {
    greeting: () => ask('greeting') as Promise<Sound>,
    ask: (question) => ask('ask', question) as Promise<Sound>,
    icePair: () => ask('icePair') as Promise<IcePair | undefined>,
    left: () => ask('left') as Promise<number | undefined>,
    describe: () => ask('describe') as Promise<string>,
    async leave() {
      await ask('leave');
      leave();
    },
  };
}
