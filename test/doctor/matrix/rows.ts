import type { Row } from './row.ts';
import { MODELS } from './rows/models.ts';
import { SIGNALLING } from './rows/signalling.ts';

/** The matrix, in the order of a call's hops. */
export const ROWS: readonly Row[] = [...SIGNALLING, ...MODELS];
