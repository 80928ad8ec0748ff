import { AppError } from '../../src/errors.ts';
import { isOnNode } from './node-namespace.ts';

/** Outside their node these tests would change this machine's network. */
export default function setup(): void {
  if (isOnNode()) return;
  throw new AppError('The cluster tests run on a node of their own: start them with `npm run test:cluster`.');
}
