import { BOUNDS } from '../bounds.ts';

/** What the dispatch metadata of a call by `check` holds: an agent answers, and nothing of the call is counted. */
export const CHECK_CALL = { check: true } as const;

/** Whether a call's dispatch metadata says that `check` is the caller. */
export function isCheckCall(metadata: string): boolean {
  if (Buffer.byteLength(metadata) > BOUNDS.metadataBytes) return false;
  try {
    const data: unknown = JSON.parse(metadata);
    return typeof data === 'object' && data !== null && 'check' in data && data.check === true;
  } catch {
    return false;
  }
}
