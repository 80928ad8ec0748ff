import { metadataObject } from './metadata.ts';

/** What the dispatch metadata of a call by `check` holds: an agent answers, and nothing of the call is counted. */
export const CHECK_CALL = { check: true } as const;

/** Whether a call's dispatch metadata says that `check` is the caller. */
export const isCheckCall = (metadata: string): boolean => metadataObject(metadata)?.check === true;
