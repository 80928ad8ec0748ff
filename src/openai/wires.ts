import { deepgram } from './deepgram.ts';
import type { Wire } from './wire.ts';

const WIRES: Readonly<Record<string, Wire>> = { deepgram };

/** The protocol of a server by its name; `undefined`: OpenAI's. */
export function wireOf({ wire }: { wire?: string | undefined }): Wire | undefined {
  return wire === undefined ? undefined : WIRES[wire];
}
