import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { AppError, messageOf } from '../../../src/errors.ts';
import { toolPath } from '../../tools.ts';
import { inOwnNetwork } from './site/network.ts';

// `npm run test:doctor [options of Vitest]`: builds what the matrix needs, then runs it in a network of its own.

const ROOT = join(import.meta.dirname, '../../..');
const INHERIT = { cwd: ROOT, stdio: 'inherit' } as const;

/** @throws AppError that quotes what refused. */
function requireNetwork(): void {
  const [command, ...args] = inOwnNetwork('true');
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new AppError(`No network for the matrix can be made here: ${error?.message ?? stderr.trim()}`, {
    hint: 'run as root, on Linux; in a container that takes --privileged',
  });
}

try {
  requireNetwork();
  await toolPath('stunnerd', { onProgress: (text) => process.stderr.write(`${text}\n`) });
  execFileSync('npm', ['run', '--silent', 'build'], INHERIT);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
  const [command, ...args] = inOwnNetwork(
    process.execPath,
    ...vitest,
    '--project',
    'doctor',
    ...process.argv.slice(2),
  );
  process.exitCode = spawnSync(command, args, INHERIT).status ?? 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  if (error instanceof AppError && error.hint) process.stderr.write(`  → ${error.hint}\n`);
  process.exitCode = 1;
}
