import { startChild } from '../../../src/dev/child.ts';
import { AppError } from '../../../src/errors.ts';
import toolsOfTheTests from '../../e2e/global-setup.ts';

/** The matrix runs the built program, as users do. */
export default async function setup(): Promise<void> {
  await toolsOfTheTests();
  const { code, lastLines } = await startChild({
    ...{ command: 'npm', args: ['run', '--silent', 'build'], env: process.env },
    cwd: `${import.meta.dirname}/../../..`,
  }).exited;
  if (code !== 0) throw new AppError(`npm run build failed:\n${lastLines.join('\n')}`);
}
