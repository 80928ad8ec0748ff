import type { Row } from './row.ts';
import { ICE } from './rows/ice.ts';
import { MODELS } from './rows/models.ts';
import { NAT } from './rows/nat.ts';
import { RELAY } from './rows/relay.ts';
import { SERVICE } from './rows/service.ts';
import { SIGNALLING } from './rows/signalling.ts';
import { TWO } from './rows/two.ts';

/** The matrix: from beside the agent, in the order of a call's hops. */
export const ROWS: readonly Row[] = [
  ...[...SIGNALLING, ...ICE, ...RELAY, ...NAT, ...SERVICE, ...MODELS],
  ...TWO,
];
