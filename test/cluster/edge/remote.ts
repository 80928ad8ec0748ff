import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Client } from './client.ts';

/** A message to a program in a client's network. */
export interface Asked {
  id: number;
  method: string;
  args: unknown[];
}

/** A message from it; 0 says that it is ready. */
export interface Told {
  id: number;
  result?: unknown;
  error?: string;
}

export interface Remote {
  /** Runs a method there. */
  ask(method: string, ...args: unknown[]): Promise<unknown>;
  end(): void;
}

const TSX = import.meta.resolve('tsx');

/**
 * Starts a program of this folder in a client's network, and waits until it is ready.
 *
 * @param caFile - authority that it trusts.
 * @throws Error with its words when it cannot begin.
 */
export async function startRemote(
  client: Client,
  program: string,
  options: object,
  caFile: string,
): Promise<Remote> {
  const { PATH, HOME, TMPDIR } = process.env;
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = client.spawn(process.execPath, ['--import', TSX, path, JSON.stringify(options)], {
    // rtc-node's own TLS reads the first, fetch of Node the second.
    env: { PATH, HOME, TMPDIR, SSL_CERT_FILE: caFile, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const waiting = new Map<number, (told: Told) => void>();
  child.on('message', (told: Told) => waiting.get(told.id)?.(told));
  void once(child, 'exit').then(([code]) => {
    for (const [id, settle] of waiting) settle({ id, error: `${program} ended with ${code}` });
  });
  const answer = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
    });
  const end = () => {
    if (child.connected) child.disconnect();
  };
  let asked = 0;
  await answer(0).catch((error) => {
    end();
    throw error;
  });
  return {
    end,
    ask(method, ...args) {
      asked += 1;
      const answered = answer(asked);
      child.send({ id: asked, method, args } satisfies Asked);
      return answered;
    },
  };
}
