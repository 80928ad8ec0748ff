import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { type Faults, startUdpProxy, type UdpProxy } from './udp-proxy.ts';

const HOST = '127.0.0.1';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function socket(): Promise<Socket> {
  const made = createSocket('udp4');
  made.bind(0, HOST);
  await once(made, 'listening');
  open.push(made);
  return made;
}

async function freePort(): Promise<number> {
  const made = await socket();
  const { port } = made.address();
  open.splice(open.indexOf(made), 1);
  await new Promise<void>((resolve) => made.close(() => resolve()));
  return port;
}

/** A server that sends everything back, behind a proxy. */
async function behindProxy(seed: number): Promise<{ proxy: UdpProxy; port: number }> {
  const server = await socket();
  server.on('message', (data, { port, address }) => server.send(data, port, address));
  const port = await freePort();
  const proxy = await startUdpProxy({ host: HOST, port }, { host: HOST, port: server.address().port }, seed);
  open.push(proxy);
  return { proxy, port };
}

/** Which of so many datagrams come back; each is sent when the one before was answered or lost. */
async function answered({ proxy, port }: { proxy: UdpProxy; port: number }, client: Socket, count: number) {
  const back: number[] = [];
  client.removeAllListeners('message').on('message', (data) => back.push(data.readUInt16BE()));
  for (let i = 0; i < count; i += 1) {
    const lost = proxy.counts.lost;
    const data = Buffer.alloc(2);
    data.writeUInt16BE(i);
    client.send(data, port, HOST);
    await expect.poll(() => proxy.counts.lost > lost || back.at(-1) === i, { interval: 1 }).toBe(true);
  }
  return back;
}

const spoilt = async (seed: number, faults: Faults) => {
  const way = await behindProxy(seed);
  const client = await socket();
  expect(await answered(way, client, 1), 'spared before').toEqual([0]);
  way.proxy.spoil(faults);
  return answered(way, client, 60);
};

test('the same seed loses the same datagrams, another seed others', async () => {
  const [one, same, other] = [
    await spoilt(1, { loss: 0.1 }),
    await spoilt(1, { loss: 0.1 }),
    await spoilt(2, { loss: 0.1 }),
  ];
  expect(one.length).toBeLessThan(60);
  expect(one.length).toBeGreaterThan(35);
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test('nothing passes in a gap, all does after it, and who came later is spared', async () => {
  const way = await behindProxy(1);
  const [first, later] = [await socket(), await socket()];
  await answered(way, first, 1);
  way.proxy.spoil({ isCut: true });
  expect(await answered(way, first, 3)).toEqual([]);
  expect(await answered(way, later, 3)).toEqual([0, 1, 2]);
  way.proxy.spoil({});
  expect(await answered(way, first, 3)).toEqual([0, 1, 2]);
  expect(way.proxy.counts.flows).toBe(2);
});

test('what is late comes all the same', async () => {
  expect(await spoilt(1, { jitterMs: 5 })).toHaveLength(60);
});
