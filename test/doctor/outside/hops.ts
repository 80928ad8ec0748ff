import type { Result } from '../../../src/doctor/check.ts';
import type { OutsideCheck, OutsideContext } from '../../../src/doctor/outside/context.ts';
import { runChecks } from '../../../src/doctor/run.ts';

export type Given = Partial<OutsideContext> & { token?: string };

/** Runs hops as a caller's machine would, with this credential; there is no WebRTC unless it is given. */
export function tryFrom(checks: readonly OutsideCheck[], { token, ...given }: Given): Promise<Result[]> {
  const context = {
    ...{ page: '', seen: {}, fetch },
    credential: async () => token,
    webrtc: async () => undefined,
    ...given,
  };
  return runChecks(checks, context, { now: () => 0 });
}

/** The only hop that was to fail. */
export async function failureOf(results: Promise<readonly Result[]>): Promise<Result> {
  const failed = (await results).filter(({ verdict }) => verdict === 'fail');
  if (failed.length !== 1 || !failed[0]) throw new Error(`failed: ${JSON.stringify(await results, null, 2)}`);
  return failed[0];
}
