import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createLog } from '../../src/observe/log.ts';
import { Credentials } from '../../src/web/credentials.ts';
import { listen } from '../../src/web/listen.ts';
import { configFrom } from '../helpers/config.ts';

const log = createLog({ level: 'fatal', pii: false });
const access = { credentials: new Credentials([]), openLocally: true };
const personas = { get: () => undefined, list: () => [] };
const listenOn = (port: number) =>
  listen({ config: configFrom({ WEB_PORT: String(port) }), personas, log, ...access });

test('the page is served where the listener says', async () => {
  const web = await listenOn(0);
  try {
    const response = await fetch(web.url);
    expect(response.headers.get('content-type')).toContain('text/html');
  } finally {
    await web.close();
  }
});

test('a taken port is named, with what to set', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    await expect(listenOn(port)).rejects.toMatchObject({
      message: `Port ${port} on 127.0.0.1 is taken.`,
      hint: expect.stringContaining('WEB_PORT'),
    });
  } finally {
    other.close();
  }
});
