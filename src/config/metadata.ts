import { z } from 'zod';
import { BOUNDS } from '../bounds.ts';

const object = z.record(z.string(), z.unknown());

/** Metadata of a dispatch as the object it holds: `undefined` where it is none, or longer than `BOUNDS.metadataBytes`. */
export function metadataObject(metadata: string): z.output<typeof object> | undefined {
  if (Buffer.byteLength(metadata) > BOUNDS.metadataBytes) return undefined;
  try {
    return object.parse(JSON.parse(metadata));
  } catch {
    return undefined;
  }
}
