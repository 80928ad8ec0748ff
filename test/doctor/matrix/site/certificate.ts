import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from '../../../cluster/edge/certificates.ts';

/**
 * A certificate by the authority of the installation's own.
 *
 * @param days - how long it is good; 0: it has ended.
 */
export async function issued(
  own: Certificate,
  dir: string,
  host: string,
  days: number,
): Promise<Certificate> {
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: dir });
  const caKey = own.caFile.replace(/pem$/, 'key');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl('req', ...newKey, '-subj', `/CN=${host}`, '-keyout', 'other.key', '-out', 'other.csr');
  await writeFile(join(dir, 'other.ext'), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\n`);
  const signed = ['-CA', own.caFile, '-CAkey', caKey, '-CAcreateserial', '-extfile', 'other.ext'];
  await openssl('x509', '-req', '-days', `${days}`, '-in', 'other.csr', ...signed, '-out', 'other.pem');
  const [key, cert] = await Promise.all(
    ['other.key', 'other.pem'].map((name) => readFile(join(dir, name), 'utf8')),
  );
  return { ...own, key: key ?? '', cert: cert ?? '' };
}
