import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NODE } from '../node-namespace.ts';

const PORT = 10250;

/** Serves what `kubectl logs` asks the node for. It does not follow: the answer ends with what is there. */
export async function serveLogs(logDir: string): Promise<{ port: number; close(): void }> {
  const server = createServer(await selfSigned(logDir), (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://node');
    const [, kind, ...parts] = pathname.split('/');
    const tail = Number(searchParams.get('tailLines') ?? Number.POSITIVE_INFINITY);
    const answer = kind === 'containerLogs' && parts.length === 3;
    const text = answer ? readFile(join(logDir, `${parts.join('_')}.log`), 'utf8') : Promise.reject();
    text.then(
      (all) =>
        response.end(
          all
            .split(/(?<=\n)/)
            .slice(-tail)
            .join(''),
        ),
      () => response.writeHead(404).end(`nothing at ${pathname}`),
    );
  });
  server.listen(PORT, NODE.bridgeIp);
  await once(server, 'listening');
  return { port: PORT, close: () => server.close() };
}

/** The API server takes any certificate of a node, unless it is told whom to trust. */
async function selfSigned(dir: string): Promise<{ key: Buffer; cert: Buffer }> {
  const [key, cert] = [join(dir, '.key.pem'), join(dir, '.cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '7'];
  const out = ['-subj', '/CN=node', '-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', ['req', '-x509', ...kind, ...out]);
  return { key: await readFile(key), cert: await readFile(cert) };
}
