import type { EndpointError, EndpointName } from '../errors.ts';
import type { Timing } from '../openai/exchange.ts';

/** What a stage tells its call: failures that outlived their retries, and how long the endpoint took. */
export interface StageHooks {
  onError(error: EndpointError): void;
  /** `firstByteMs`: request sent → first byte of the answer. */
  onTiming?(endpoint: EndpointName, firstByteMs: number): void;
}

/** For the model clients' `onTiming`. */
export function reportFirstByte(hooks: StageHooks, endpoint: EndpointName): (timing: Timing) => void {
  return ({ firstByteMs }) => hooks.onTiming?.(endpoint, Math.round(firstByteMs));
}
