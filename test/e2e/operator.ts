import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A credential that may operate: settings of a program that takes it. Its token lies in a folder of its own. */
export function operatorCredential(): { token: string; env: { WEB_CREDENTIALS: string } } {
  const token = 'an-operator-of-the-e2e-tests';
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'voice-agent-operator-')), 'token');
  writeFileSync(tokenFile, token);
  const credentials = [{ name: 'operator', tokenFile, may: ['operate'] }];
  return { token, env: { WEB_CREDENTIALS: JSON.stringify(credentials) } };
}
