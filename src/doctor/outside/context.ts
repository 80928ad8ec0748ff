import type { Check, Means } from '../check.ts';
import type { Seen } from '../seen.ts';
import type { RelayedRoom } from './room/room.ts';
import type { TurnAccess } from './room/turn-access.ts';

/** A caller's machine: it knows the page's address and credential, and nothing of the servers behind. */
export interface OutsideContext {
  /** As it was given. */
  page: string;
  /** Asks for the page's credential the first time; `undefined` when there is none. */
  credential(): Promise<string | undefined>;
  /** `undefined` when this copy of the program has none. */
  webrtc(): Promise<WebRtc | undefined>;
  seen: OutsideSeen;
}

export type WebRtc = typeof import('./webrtc.ts');

export interface OutsideSeen extends Seen {
  /** What the page wants of a caller: `none`, `wanted` or `not-configured`. */
  credentialNeed?: string;
  /** By how much the page's clock is before ours; whole seconds. */
  pageSkewMs?: number | undefined;
  /** The page, ending in `/`. */
  page?: URL;
  /** Two in one room, through the relay over UDP, or the first other way that worked. */
  pair?: readonly [RelayedRoom, RelayedRoom];
  /** Ways to the relay that carried sound in both directions. */
  works?: TurnAccess[];
}

export type OutsideCheck = Check<OutsideContext>;
export type OutsideMeans = OutsideContext & Means;
