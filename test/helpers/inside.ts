import type { InsideMeans } from '../../src/doctor/inside-context.ts';
import { configFrom } from './config.ts';

/** What a check inside is given, with these settings; at most 15 s. */
export function inside(
  env: Record<string, string | undefined> = {},
  overrides: Partial<InsideMeans> = {},
): InsideMeans {
  const config = configFrom(env);
  return { config, signal: AbortSignal.timeout(15_000), fetch, seen: {}, atEnd: () => {}, ...overrides };
}
