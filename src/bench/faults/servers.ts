import { createServer, type Server, type Socket } from 'node:net';
import { freeTcpPort } from '../../dev/ports.ts';
import type { Route } from '../../standin/faults.ts';
import type { Entry } from '../../standin/journal.ts';
import type { Utterance } from '../corpus.ts';
import type { Ear } from '../ear.ts';
import { type Endpoints, startEndpoints } from '../endpoints.ts';
import type { Speeds } from '../profile.ts';

/** A model server: simulated, or one to which there is no connection, or one that accepts and never answers. */
export type Kind = 'simulated' | 'refuses' | 'hangs';

/** The servers of a scene, in the order in which the worker is told of them. */
export interface Servers {
  readonly urls: readonly string[];
  readonly simulated: readonly Endpoints[];
  close(): void;
}

/** @param dir - gets speech that was not understood, as WAV. */
export async function startServers(kinds: readonly Kind[], speeds: Speeds, dir: string): Promise<Servers> {
  const simulated: Endpoints[] = [];
  const silent: Silent[] = [];
  const urls: string[] = [];
  for (const kind of kinds) {
    if (kind === 'refuses') urls.push(`http://127.0.0.1:${await freeTcpPort()}/v1`);
    else if (kind === 'hangs') {
      const server = await startSilent();
      silent.push(server);
      urls.push(server.baseUrl);
    } else {
      const endpoints = await startEndpoints(speeds, dir);
      simulated.push(endpoints);
      urls.push(endpoints.baseUrl);
    }
  }
  const close = () => {
    for (const one of [...simulated, ...silent]) one.close();
  };
  return { urls, simulated, close };
}

interface Silent {
  readonly baseUrl: string;
  close(): void;
}

/** Accepts connections, reads, and never answers. */
async function startSilent(): Promise<Silent> {
  const port = await freeTcpPort();
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** An ear that knows what was asked of a server that has ended since. */
export interface FaultEar extends Ear {
  /** To be called before that server is ended: its requests so far stay known, none of them as open. */
  keep(server: Endpoints): Promise<void>;
}

/** What a caller's turns are known by, over all simulated servers. */
export function earOf(simulated: readonly Endpoints[]): FaultEar {
  let said: Utterance[] = [];
  const kept = new Map<Endpoints, Entry<Route>[]>();
  /** The last request of each before the turn. */
  let marks = new Map<Endpoints, number>();
  const journalOf = async (one: Endpoints, afterId: number): Promise<Entry<Route>[]> =>
    kept.get(one)?.filter(({ id }) => id > afterId) ?? (await one.journal(afterId).catch(() => []));
  const sinceMarks = async (from: ReadonlyMap<Endpoints, number>): Promise<Entry<Route>[]> => {
    const journals = simulated.map((one) => journalOf(one, from.get(one) ?? 0));
    return (await Promise.all(journals)).flat().sort((a, b) => a.atMs - b.atMs);
  };
  const expect = async (utterances: readonly Utterance[]) => {
    await Promise.all(simulated.map((one) => one.expect(utterances).catch(() => {})));
  };
  return {
    expect(utterance) {
      said = [...said.slice(-1), utterance];
      return expect(said);
    },
    async mark() {
      const last = async (one: Endpoints) => (await journalOf(one, marks.get(one) ?? 0)).at(-1)?.id;
      const found = await Promise.all(
        simulated.map(async (one) => [one, (await last(one)) ?? marks.get(one) ?? 0] as const),
      );
      marks = new Map(found);
      return 0;
    },
    since: () => sinceMarks(marks),
    whole: () => sinceMarks(new Map()),
    async isBusy() {
      const open = (await sinceMarks(marks)).filter(({ outcome }) => outcome === 'pending');
      return open.some(({ route }) => route === 'llm' || route === 'tts');
    },
    async keep(server) {
      const asked = await server.journal(0);
      kept.set(
        server,
        asked.map((one) => (one.outcome === 'pending' ? { ...one, outcome: 'aborted' } : one)),
      );
    },
    close: () => expect([]),
  };
}
