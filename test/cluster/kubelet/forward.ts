import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Door, Endpoint } from './endpoints.ts';

const UDP_IDLE_MS = 120_000;

export interface Forwarder {
  close(): void;
}

interface Target {
  /** Who gets a new connection or flow; `undefined` when there is nobody. */
  choose(): Endpoint | undefined;
  /** Whether a flow that goes to it may go on. */
  isAlive(endpoint: Endpoint): boolean;
}

/** Listens at a Service's address and hands on what comes. */
export function openDoor(door: Door, target: Target): Promise<Forwarder> {
  return door.protocol === 'UDP' ? openUdp(door, target) : openTcp(door, target);
}

async function openTcp({ ip, port }: Door, { choose }: Target): Promise<Forwarder> {
  const server = createServer((client) => {
    const endpoint = choose();
    client.on('error', () => client.destroy());
    if (!endpoint) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ host: endpoint.address, port: endpoint.port, noDelay: true });
    client.setNoDelay();
    upstream.once('error', () => client.resetAndDestroy());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(port, ip);
  await once(server, 'listening');
  return { close: () => server.close() };
}

/** A flow is what comes from one address and port: it keeps its endpoint as long as that serves. */
async function openUdp({ ip, port }: Door, { choose, isAlive }: Target): Promise<Forwarder> {
  const door = createSocket('udp4');
  const flows = new Map<string, Flow>();
  door.on('message', (message, { address, port: from }) => {
    const key = `${address}:${from}`;
    let flow = flows.get(key);
    if (flow && !isAlive(flow.endpoint)) {
      flow.close();
      flow = undefined;
    }
    const endpoint = flow ? flow.endpoint : choose();
    if (!endpoint) return;
    flow ??= openFlow(
      endpoint,
      (answer) => door.send(answer, from, address),
      () => flows.delete(key),
    );
    flows.set(key, flow);
    flow.send(message);
  });
  door.bind(port, ip);
  await once(door, 'listening');
  return {
    close() {
      door.close();
      for (const flow of flows.values()) flow.close();
    },
  };
}

interface Flow {
  endpoint: Endpoint;
  send(message: Buffer): void;
  close(): void;
}

function openFlow(endpoint: Endpoint, onAnswer: (message: Buffer) => void, onClose: () => void): Flow {
  const socket: Socket = createSocket('udp4');
  const close = () => {
    clearTimeout(idle);
    onClose();
    socket.close();
  };
  const idle = setTimeout(close, UDP_IDLE_MS);
  socket.on('message', (message) => {
    idle.refresh();
    onAnswer(message);
  });
  // Nobody listens there: the sender finds out by hearing nothing.
  socket.on('error', () => {});
  return {
    endpoint,
    send(message) {
      idle.refresh();
      socket.send(message, endpoint.port, endpoint.address);
    },
    close,
  };
}
