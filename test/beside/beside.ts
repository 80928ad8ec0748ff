import { spawn } from 'node:child_process';
import { processSources } from '../../src/config/load.ts';
import { AppError } from '../../src/errors.ts';

/** What runs beside a command for as long as it does. */
export interface Companion {
  /** For the command, unless its own environment says otherwise. */
  env: Readonly<Record<string, string>>;
  /** Where to look, printed before and after. */
  hint: string;
  stop(): Promise<void>;
}

/**
 * Runs the command that this program was given, `npm run dev` without one, with something beside it. Ctrl-C reaches both: the
 * companion ends when the command has.
 */
export async function runBeside(start: () => Promise<Companion>): Promise<void> {
  const [command = 'npm', ...args] = process.argv.length > 2 ? process.argv.slice(2) : ['npm', 'run', 'dev'];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  const companion = await start();
  process.stdout.write(`${companion.hint}\n`);
  const env = { ...companion.env, ...processSources().env };
  const child = spawn(command, args, { stdio: 'inherit', env });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new AppError(`${command} cannot be run`, { cause })));
    child.once('exit', (status) => resolve(status ?? 1));
  });
  process.stdout.write(`${companion.hint}\n`);
  await companion.stop();
  process.exit(code);
}
