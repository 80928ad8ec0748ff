import type { Check, Means } from '../check.ts';
import type { Seen } from '../seen.ts';

/** A caller's machine: it knows the page's address and credential, and nothing of the servers behind. */
export interface OutsideContext {
  /** As it was given. */
  page: string;
  /** Asks for the page's credential the first time; `undefined` when there is none. */
  credential(): Promise<string | undefined>;
  seen: OutsideSeen;
}

export interface OutsideSeen extends Seen {
  /** What the page wants of a caller: `none`, `wanted` or `not-configured`. */
  credentialNeed?: string;
  /** By how much the page's clock is before ours; whole seconds. */
  pageSkewMs?: number | undefined;
  /** The page, ending in `/`. */
  page?: URL;
}

export type OutsideCheck = Check<OutsideContext>;
export type OutsideMeans = OutsideContext & Means;
