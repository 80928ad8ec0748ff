import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, openConnection } from '../../src/stun/connection.ts';
import { CLASS, encode, METHOD } from '../../src/stun/message.ts';

const HOST = '127.0.0.1';
const NEVER = new AbortController().signal;
const message = (id: string) =>
  encode({
    method: METHOD.allocate,
    class: CLASS.success,
    transactionId: Buffer.from(id.padEnd(12)),
    attributes: [],
  });

/** The next `count` messages, or the failure that comes before. */
function hears(connection: Connection, count: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const heard: Buffer[] = [];
    connection.listen({
      message(bytes) {
        heard.push(Buffer.from(bytes));
        if (heard.length === count) resolve(heard);
      },
      failed: reject,
    });
  });
}

describe('TCP', () => {
  let server: Server;
  let connection: Connection | undefined;
  const peers = new Set<Socket>();
  beforeEach(async () => {
    server = createServer((peer) => peers.add(peer.on('error', () => {}))).listen(0, HOST);
    await once(server, 'listening');
  });
  afterEach(async () => {
    connection?.close();
    for (const peer of peers) peer.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  const port = () => (server.address() as AddressInfo).port;

  /** Both ends. */
  async function open(): Promise<{ client: Connection; peer: Socket }> {
    const accepted = once(server, 'connection');
    const client = await openConnection({ host: HOST, port: port(), transport: 'tcp' }, NEVER);
    connection = client;
    const [peer] = await accepted;
    peer.setNoDelay(true);
    return { client, peer };
  }

  test('messages are found in the stream, however it is cut', async () => {
    const { client, peer } = await open();
    const [first, second] = [message('one'), message('two')];
    const heard = hears(client, 2);
    for (const byte of first) peer.write(Buffer.from([byte]));
    peer.write(second);
    expect(await heard).toEqual([first, second]);
  });

  test('two messages in one piece are two', async () => {
    const { client, peer } = await open();
    const heard = hears(client, 2);
    peer.write(Buffer.concat([message('one'), message('two')]));
    expect(await heard).toHaveLength(2);
  });

  test('what is sent arrives', async () => {
    const { client, peer } = await open();
    client.send(message('hello'));
    expect((await once(peer, 'data'))[0]).toEqual(message('hello'));
    expect(client.isReliable).toBe(true);
  });

  test('a server of another kind is quoted', async () => {
    const { client, peer } = await open();
    const heard = hears(client, 1);
    peer.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    await expect(heard).rejects.toMatchObject({
      failure: 'garbled',
      message: expect.stringContaining('HTTP/1.1'),
    });
  });

  test('a connection that is cut fails, in the middle of an answer too', async () => {
    const { client, peer } = await open();
    peer.end(message('one').subarray(0, 10));
    await expect(hears(client, 1)).rejects.toMatchObject({
      failure: 'connect',
      message: /cut the connection/,
    });
  });

  test('a failure is kept for who listens later', async () => {
    const { client, peer } = await open();
    peer.end();
    await expect(hears(client, 1)).rejects.toMatchObject({ failure: 'connect' });
    await expect(hears(client, 1)).rejects.toMatchObject({ failure: 'connect' });
  });

  test('a closed port is named', async () => {
    const closed = port();
    server.close();
    await once(server, 'close');
    await expect(openConnection({ host: HOST, port: closed, transport: 'tcp' }, NEVER)).rejects.toMatchObject(
      {
        failure: 'connect',
        message: 'the port is closed',
      },
    );
  });

  test('TLS to a server without is named as such', async () => {
    server.on('connection', (peer) => peer.end('no TLS here\n'));
    await expect(openConnection({ host: HOST, port: port(), transport: 'tls' }, NEVER)).rejects.toMatchObject(
      {
        failure: 'connect',
        message: expect.stringContaining('it does not speak TLS'),
      },
    );
  });

  test('a TLS server that says nothing is given up at the deadline', async () => {
    const deadline = new AbortController();
    server.on('connection', () => deadline.abort());
    await expect(
      openConnection({ host: HOST, port: port(), transport: 'tls' }, deadline.signal),
    ).rejects.toMatchObject({ failure: 'timeout', message: 'the attempt to connect with TLS got no answer' });
  });
});

describe('UDP', () => {
  test('datagrams go both ways', async () => {
    const peer = createSocket('udp4').bind(0, HOST);
    await once(peer, 'listening');
    const door = { host: HOST, port: peer.address().port, transport: 'udp' } as const;
    const client = await openConnection(door, NEVER);
    const heard = hears(client, 1);
    client.send(message('hello'));
    const [bytes, { port }] = await once(peer, 'message');
    peer.send(bytes, port, HOST);
    expect(await heard).toEqual([message('hello')]);
    expect(client.isReliable).toBe(false);
    client.close();
    peer.close();
  });

  test('a closed port is named', async () => {
    const peer = createSocket('udp4').bind(0, HOST);
    await once(peer, 'listening');
    const door = { host: HOST, port: peer.address().port, transport: 'udp' } as const;
    peer.close();
    await once(peer, 'close');
    const client = await openConnection(door, NEVER);
    const heard = hears(client, 1);
    client.send(message('hello'));
    await expect(heard).rejects.toMatchObject({ failure: 'connect', message: 'the port is closed' });
    client.close();
  });

  test('a deadline that is over ends the look-up of the name', async () => {
    const door = { host: HOST, port: 9, transport: 'udp' } as const;
    await expect(openConnection(door, AbortSignal.abort())).rejects.toMatchObject({
      failure: 'resolve',
      message: 'the look-up of its name got no answer',
    });
  });
});

test('a name without an address is named as such', async () => {
  // Longer than a name may be: nobody is asked.
  const host = 'x'.repeat(300);
  for (const transport of ['udp', 'tcp', 'tls'] as const)
    await expect(openConnection({ host, port: 1, transport }, NEVER)).rejects.toMatchObject({
      failure: 'resolve',
    });
});
