import { createHash, timingSafeEqual } from 'node:crypto';
import type { Right } from '../config/credentials.ts';
import type { Sources } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { bearerToken } from '../config/types.ts';
import { ConfigError, type ConfigProblem, messageOf } from '../errors.ts';

/** Who was let in, and what for. */
export interface Credential {
  /** Stands in the log; never the token. */
  readonly name: string;
  readonly may: readonly Right[];
  /** Names of rooms and prompts; `*` in them stands for anything. */
  readonly rooms: readonly string[];
  readonly prompts: readonly string[];
}

const ALL = { rooms: ['*'], prompts: ['*'] } as const;

/** A browser or terminal of this machine, under `npm run dev`: it may join each room there, so it may see what runs too. */
export const THIS_MACHINE: Credential = { name: 'this-machine', may: ['join', 'operate'], ...ALL };

/** All credentials that this server takes, by the digests of their tokens. */
export class Credentials {
  readonly #known: readonly { credential: Credential; digest: Buffer }[];

  /** @param known - each credential with its token */
  constructor(known: readonly (readonly [Credential, string])[]) {
    this.#known = known.map(([credential, token]) => ({ credential, digest: digestOf(token) }));
  }

  get isEmpty(): boolean {
    return this.#known.length === 0;
  }

  /** The credential with this token. All are compared, by digests of one length: the time taken tells nothing. */
  find(token: string): Credential | undefined {
    const given = digestOf(token);
    return this.#known.filter(({ digest }) => timingSafeEqual(digest, given))[0]?.credential;
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/**
 * `WEB_TOKEN` as the credential `default`, which may join every room, and those of `web.credentials` with the tokens
 * in their files. The files are read once; a changed one is used after a restart.
 *
 * @throws ConfigError listing every fault at once.
 */
export function openCredentials(web: Config['web'], read: Sources['read']): Credentials {
  const known: [Credential, string][] = [];
  const problems: ConfigProblem[] = [];
  if (web.token) known.push([{ name: 'default', may: ['join'], ...ALL }, web.token]);
  for (const { tokenFile, ...credential } of web.credentials) {
    const problem = (what: string, got: string, want: string) =>
      problems.push({ key: `web.credentials: ${credential.name}: ${what}`, got, want });
    const token = tokenIn(tokenFile, read);
    if ('fault' in token) {
      problem('tokenFile', tokenFile, token.fault);
      continue;
    }
    const twin = known.find(([, other]) => other === token.text)?.[0];
    if (twin) problem('tokenFile', tokenFile, `a token of its own, not that of «${twin.name}»`);
    if (known.some(([{ name }]) => name === credential.name))
      problem('name', credential.name, 'a name that no other has; WEB_TOKEN is «default»');
    known.push([credential, token.text]);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return new Credentials(known);
}

function tokenIn(path: string, read: Sources['read']): { text: string } | { fault: string } {
  try {
    const result = bearerToken.safeParse(read(path)?.trim() ?? '');
    return result.success
      ? { text: result.data }
      : { fault: `a file with a token of ${result.error.issues[0]?.message}` };
  } catch (error) {
    return { fault: `a readable file (${messageOf(error)})` };
  }
}
