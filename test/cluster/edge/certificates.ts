import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A server certificate of an authority that nobody knows. */
export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** File with the authority's certificate. */
  readonly caFile: string;
  /** SHA-256 of the public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it. */
  readonly keyHash: string;
}

/** Makes an authority and, signed by it, a certificate for one host name, both good for a day. */
export async function makeCertificate(dir: string, host: string): Promise<Certificate> {
  await mkdir(dir, { recursive: true });
  const file = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: dir });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl('req', '-x509', '-days', '1', ...newKey, '-subj', '/CN=Cluster under test', ...out('ca'));
  await openssl('req', ...newKey, '-subj', `/CN=${host}`, '-keyout', 'door.key', '-out', 'door.csr');
  await writeFile(file('extensions'), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`);
  const signedBy = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions'];
  await openssl('x509', '-req', '-days', '1', '-in', 'door.csr', ...signedBy, '-out', 'door.pem');
  const [key, cert] = await Promise.all([
    readFile(file('door.key'), 'utf8'),
    readFile(file('door.pem'), 'utf8'),
  ]);
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  const keyHash = createHash('sha256').update(publicKey).digest('base64');
  return { key, cert, caFile: file('ca.pem'), keyHash };
}

const out = (name: string): string[] => ['-keyout', `${name}.key`, '-out', `${name}.pem`];
