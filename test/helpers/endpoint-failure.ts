import { expect } from 'vitest';
import { EndpointError } from '../../src/errors.ts';

/** The `EndpointError` that `run` must end in. */
export async function endpointFailure(run: Promise<unknown>): Promise<EndpointError> {
  const thrown = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(EndpointError);
  return thrown as EndpointError;
}
