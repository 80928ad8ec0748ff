import type { Row } from './row.ts';
import { AGENT } from './rows/agent.ts';
import { CALLER_RELAY } from './rows/caller-relay.ts';
import { ICE } from './rows/ice.ts';
import { MODELS } from './rows/models.ts';
import { NAT } from './rows/nat.ts';
import { PAGE } from './rows/page.ts';
import { RELAY } from './rows/relay.ts';
import { SERVICE } from './rows/service.ts';
import { SIGNALLING } from './rows/signalling.ts';
import { TWO } from './rows/two.ts';

/** The matrix: from beside the agent, then from a laptop, each in the order of a call's hops. */
export const ROWS: readonly Row[] = [
  ...[...SIGNALLING, ...ICE, ...RELAY, ...NAT, ...SERVICE, ...MODELS],
  ...[...PAGE, ...CALLER_RELAY, ...AGENT],
  ...TWO,
];
