import type { EndpointError, EndpointName } from '../errors.ts';
import type { Timing } from '../openai/exchange.ts';

/** A step on the way to an answer: model asked, its first token, first clause sent to the voice, first audio of it. */
export type TurnMark = 'asked' | 'first-token' | 'first-clause' | 'first-byte';

/** What a stage tells its call: failures that outlived their retries, and how long the endpoint took. */
export interface StageHooks {
  onError(error: EndpointError): void;
  /** `firstByteMs`: request sent → first byte of the answer. */
  onTiming?(endpoint: EndpointName, firstByteMs: number): void;
  /** Just now. */
  onMark?(mark: TurnMark): void;
}

/** For the model clients' `onTiming`. */
export function reportFirstByte(hooks: StageHooks, endpoint: EndpointName): (timing: Timing) => void {
  return ({ firstByteMs }) => hooks.onTiming?.(endpoint, Math.round(firstByteMs));
}
