import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import toolsAreThere from '../e2e/global-setup.ts';

/** Builds the program that the calls go to. */
export default async function setup(): Promise<void> {
  await toolsAreThere();
  await promisify(execFile)('npm', ['run', '--silent', 'build']);
}
