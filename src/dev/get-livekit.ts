import { AppError, messageOf } from '../errors.ts';
import { findLiveKitBinary } from './livekit-binary.ts';

/** Run by install.mjs before tests, so that a livekit-server is at hand when they start. */
try {
  await findLiveKitBinary();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  if (error instanceof AppError && error.hint) process.stderr.write(`  → ${error.hint}\n`);
  process.exit(1);
}
