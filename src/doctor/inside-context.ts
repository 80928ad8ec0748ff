import type { Config } from '../config/schema.ts';
import type { Check, Means } from './check.ts';
import type { Seen } from './seen.ts';

/** Where an agent sits: it has the settings, LiveKit's key among them. */
export interface InsideContext {
  config: Config;
  seen: Seen;
}

export type InsideCheck = Check<InsideContext>;
export type InsideMeans = InsideContext & Means;
