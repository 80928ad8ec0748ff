import type { IcePair } from '../../../src/probe/ice.ts';
import type { Sound } from '../../../src/probe/wav.ts';
import type { Client } from './client.ts';
import { startRemote } from './remote.ts';

/** A caller in a client's network. */
export interface RemoteGuest {
  readonly identity: string;
  /** What the agent says first, until it listens: mono, 24 kHz. */
  greeting(): Promise<Sound>;
  /** Speaks, and resolves with what the agent says then. */
  ask(question: Sound): Promise<Sound>;
  /** How alike two sounds are, 0 to 1: reckoned there, as here it would hold up the sound of other calls. */
  likeness(heard: Sound, expected: Sound): Promise<number>;
  icePair(): Promise<IcePair | undefined>;
  /** What the guest saw so far, in words. */
  describe(): Promise<string>;
  /** Once is enough. */
  leave(): Promise<void>;
}

/** By the page's server, as its users come in. */
export interface PageEntry {
  page: string;
  accessToken: string;
}

/** By a token made elsewhere. */
export interface TokenEntry {
  url: string;
  token: string;
}

export type Entry = PageEntry | TokenEntry;

/**
 * Joins from a client's network.
 *
 * @param caFile - authority that it trusts.
 * @throws Error with the guest's words when it cannot join.
 */
export async function joinFrom(client: Client, entry: Entry, caFile: string): Promise<RemoteGuest> {
  const { ask, end } = await startRemote(client, 'guest-process.ts', entry, caFile);
  let left: Promise<void> | undefined;
  return {
    identity: String(await ask('identity')),
    greeting: () => ask('greeting') as Promise<Sound>,
    ask: (question) => ask('ask', question) as Promise<Sound>,
    likeness: (heard, expected) => ask('likeness', heard, expected) as Promise<number>,
    icePair: () => ask('icePair') as Promise<IcePair | undefined>,
    describe: () => ask('describe') as Promise<string>,
    async leave() {
      left ??= ask('leave').then(end);
      await left;
    },
  };
}
