import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError, messageOf } from '../../errors.ts';

export interface CredentialSources {
  /** `WEB_TOKEN`. */
  variable: string | undefined;
  /** `--credential-file`, or `WEB_TOKEN_FILE`. */
  file: string | undefined;
  /** Asks a person; absent where there is none. */
  ask?: () => Promise<string>;
}

/**
 * The page's credential: from the file that is named, the variable, or by asking. It is never an argument or part of an
 * address, as those are seen by others on the machine, and kept by shells and servers.
 *
 * @returns a function that looks once
 * @throws AppError naming the file that cannot be read or is empty
 */
export function credentialFrom({
  variable,
  file,
  ask,
}: CredentialSources): () => Promise<string | undefined> {
  let found: Promise<string | undefined> | undefined;
  const look = async () => {
    if (file) return inFile(file);
    return variable?.trim() || (await ask?.())?.trim() || undefined;
  };
  return () => {
    found ??= look();
    return found;
  };
}

async function inFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new AppError(`the credential’s file ${path} cannot be read: ${messageOf(cause)}`, {
      hint: 'name a file that holds the page’s credential and nothing else',
      cause,
    });
  });
  const credential = text.trim();
  if (credential === '')
    throw new AppError(`the credential’s file ${path} is empty`, {
      hint: 'put the page’s credential into it',
    });
  return credential;
}

/** Asks on the terminal without showing what is typed; `undefined` where nobody sits. */
export function terminalPrompt(
  input: NodeJS.ReadStream = process.stdin,
  output: NodeJS.WriteStream = process.stderr,
): (() => Promise<string>) | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return () =>
    new Promise((resolve) => {
      output.write('Credential of the page (what is typed is not shown): ');
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input, output: silent, terminal: true });
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      lines.once('close', () => resolve(''));
      lines.question('', (line) => {
        resolve(line);
        lines.close();
        output.write('\n');
      });
    });
}
