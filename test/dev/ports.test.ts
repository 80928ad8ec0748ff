import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort, freeTcpPort, freeUdpPort } from '../../src/dev/ports.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function takePort(): Promise<number> {
  const port = await freeTcpPort();
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return port;
}

test('a free port is given as wanted', async () => {
  const port = await freeTcpPort();
  expect(await choosePort(port)).toEqual({ port });
});

test('a taken port is named with who holds it, and another is given', async () => {
  const taken = await takePort();
  const choice = await choosePort(taken);
  expect(choice.port).not.toBe(taken);
  expect(choice.taken).toEqual({ port: taken, holder: expect.stringContaining(`(pid ${process.pid})`) });
});

test('port 0 asks for any', async () => {
  const { port, taken } = await choosePort(0);
  expect(port).toBeGreaterThan(0);
  expect(taken).toBeUndefined();
});

test('an address of another machine is a fault, not a taken port', async () => {
  await expect(choosePort(8080, '192.0.2.1')).rejects.toThrow(/EADDRNOTAVAIL/);
});

test('free UDP ports can be had too', async () => {
  expect(await freeUdpPort()).toBeGreaterThan(0);
});
