import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { AppError } from '../../src/errors.ts';

/** Of a run of several projects, whose setups are modules of their own. */
const IS_BUILT = Symbol.for('voice-agent.is-built');

/**
 * Builds the program that the calls go to, whose start takes a third of what that of the sources takes. What the tests need and
 * cannot bring along is an error with what to do, never a skipped test.
 */
export default async function setup(): Promise<void> {
  await promisify(execFile)('espeak-ng', ['--version']).catch((cause) => {
    throw new AppError('espeak-ng is missing: the callers and the stand-in voice of the e2e tests need it', {
      cause,
      hint: 'apt-get install espeak-ng',
    });
  });
  await findLiveKitBinary({ onProgress: (text) => process.stderr.write(`${text}\n`) });
  if (Reflect.get(globalThis, IS_BUILT)) return;
  await promisify(execFile)('npm', ['run', '--silent', 'build']);
  Reflect.set(globalThis, IS_BUILT, true);
}
