import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError, messageOf } from '../errors.ts';
import type { CallFact, Report } from './facts.ts';

/** Facts kept while the worker cannot be reached; older ones are lost first. */
const MAX_WAITING = 1000;
const MAX_LINE_LENGTH = 4096;

/**
 * Where a worker listens for its call processes, which are its children: the framework's own channel between them
 * takes no messages of others, and environment variables are read-only here.
 */
export function relayPath(workerPid: number): string {
  return join(tmpdir(), `voice-agent-${workerPid}.sock`);
}

export interface Relay {
  close(): Promise<void>;
}

/**
 * Receives facts, one JSON object a line, from every call process. What is not a fact is dropped.
 *
 * @throws AppError when the socket cannot be made.
 */
export async function receiveFacts(path: string, report: Report): Promise<Relay> {
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).on('line', (line) => {
      if (line.length <= MAX_LINE_LENGTH) hear(line, report);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new AppError(`cannot listen on ${path}: ${messageOf(cause)}`, {
          hint: 'make the temporary folder writable',
          cause,
        }),
      ),
    );
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function hear(line: string, report: Report): void {
  try {
    const value: unknown = JSON.parse(line);
    const isFact = typeof value === 'object' && value !== null && 'fact' in value;
    if (isFact) report(value as CallFact);
  } catch {
    // Not JSON, or a fact that lacks its parts: counted nowhere, like any other noise.
  }
}

/** States facts to the worker. Keeps the process alive no longer than it wants to live; a lost fact is no failure. */
export function sendFacts(path: string): Report {
  let socket: Socket | undefined;
  let waiting: string[] = [];
  const open = () => {
    const opened = connect(path, () => {
      for (const line of waiting) opened.write(line);
      waiting = [];
    });
    opened.unref();
    opened.on('error', () => opened.destroy());
    opened.on('close', () => {
      if (socket === opened) socket = undefined;
    });
    return opened;
  };
  return (fact) => {
    const line = `${JSON.stringify(fact)}\n`;
    socket ??= open();
    if (socket.readyState === 'open') socket.write(line);
    else waiting = [...waiting, line].slice(-MAX_WAITING);
  };
}
