import type { EndpointError, EndpointName } from '../errors.ts';

/** What a stage tells its call: failures that outlived their retries, and how long the endpoint took. */
export interface StageHooks {
  onError(error: EndpointError): void;
  /** `firstByteMs`: request sent → first byte of the answer. */
  onTiming?(endpoint: EndpointName, firstByteMs: number): void;
}
