import { AppError } from '../../../src/errors.ts';
import { isInOwnNetwork } from './site/network.ts';

/** Not on the machine's own network: rows change addresses, rules and ports below 1024. */
export default function setup(): void {
  if (!isInOwnNetwork())
    throw new AppError('Run this by `npm run test:doctor`: it makes the network that the matrix is in.');
}
