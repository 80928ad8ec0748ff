import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../../errors.ts';

/**
 * Has a path for this process alone, on this machine. A socket of Linux's abstract names (unix(7)): one process alone can have
 * such a name, and it is free again when that ends, however it ends; a lock file would stay after a crash. Where there are none
 * (macOS), a socket in the temporary folder.
 *
 * @returns what gives it back.
 * @throws AppError while another process, or this one, has it.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const name = `voice-agent-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 32)}`;
  const socket = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name);
  const server = createServer((other) => other.destroy());
  server.unref();
  server.listen(socket);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const rest = process.platform === 'linux' ? '' : `; if there is none, remove ${socket}`;
    throw new AppError(`another run has ${path} open`, { hint: `wait until it ends${rest}`, cause: error });
  }
  return async () => {
    server.close();
    await once(server, 'close');
  };
}
