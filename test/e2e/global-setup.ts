import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { AppError } from '../../src/errors.ts';

/** What the e2e tests need and cannot bring along; missing is an error with what to do, never a skipped test. */
export default async function setup(): Promise<void> {
  await promisify(execFile)('espeak-ng', ['--version']).catch((cause) => {
    throw new AppError('espeak-ng is missing: the callers and the stand-in voice of the e2e tests need it', {
      cause,
      hint: 'apt-get install espeak-ng',
    });
  });
  await findLiveKitBinary({ onProgress: (text) => process.stderr.write(`${text}\n`) });
}
