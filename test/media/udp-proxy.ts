import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface Endpoint {
  host: string;
  port: number;
}

/** What is done to datagrams, each way. */
export interface Faults {
  /** Share that is lost, 0 to 1. */
  loss?: number;
  /** Each is late by 0 to so much, evenly spread: they overtake each other. */
  jitterMs?: number;
  /** None passes. */
  isCut?: boolean;
}

export interface UdpProxy {
  /** From now on, for those who have sent something by now; all others are spared. */
  spoil(faults: Faults): void;
  readonly counts: { readonly flows: number; readonly passed: number; readonly lost: number };
  close(): Promise<void>;
}

interface Flow {
  socket: Socket;
  faults: Faults;
}

/**
 * Passes datagrams to a server and its answers back, with faults. Each client gets a socket of its own, so that the server tells
 * them apart.
 *
 * @param seed - of the losses and delays: the same one makes the same row of them.
 */
export async function startUdpProxy(listen: Endpoint, server: Endpoint, seed: number): Promise<UdpProxy> {
  const front = createSocket('udp4');
  const flows = new Map<string, Flow>();
  const timers = new Set<NodeJS.Timeout>();
  const counts = { flows: 0, passed: 0, lost: 0 };
  const random = seeded(seed);
  const pass = ({ faults }: Flow, send: () => void) => {
    const { loss = 0, jitterMs = 0, isCut = false } = faults;
    const [luck, lateness] = [random(), random()]; // both each time: the row does not depend on the faults
    if (isCut || luck < loss) {
      counts.lost += 1;
      return;
    }
    counts.passed += 1;
    if (jitterMs === 0) return send();
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, lateness * jitterMs);
    timers.add(timer);
  };
  const open = (client: { address: string; port: number }): Flow => {
    const flow: Flow = { socket: createSocket('udp4'), faults: {} };
    flow.socket.on('message', (data) => pass(flow, () => front.send(data, client.port, client.address)));
    flow.socket.on('error', () => {}); // the server is away
    counts.flows += 1;
    return flow;
  };
  front.on('message', (data, client) => {
    const key = `${client.address}:${client.port}`;
    const flow = flows.get(key) ?? open(client);
    flows.set(key, flow);
    pass(flow, () => flow.socket.send(data, server.port, server.host));
  });
  front.bind(listen.port, listen.host);
  await once(front, 'listening');
  return {
    counts,
    spoil(faults) {
      for (const flow of flows.values()) flow.faults = faults;
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const { socket } of flows.values()) socket.close();
      await new Promise<void>((resolve) => front.close(() => resolve()));
    },
  };
}

/** Numbers from 0 up to 1, the same row for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
