import { pageModule } from '../../../helpers/page-module.ts';

/** What tests rely on of the page's check, which is plain JavaScript. */
export interface Result {
  id: string;
  verdict: 'ok' | 'warn' | 'fail' | 'skip';
  proves: string;
  evidence: string;
  cause: string;
  fix: string;
  ms: number;
}

export interface Hop {
  id: string;
  proves: string;
  needs?: readonly string[];
  after?: readonly string[];
  deadlineMs?: number;
  run(context: object): Promise<unknown>;
}

interface RunOptions {
  signal: AbortSignal;
  onStart?: (id: string) => void;
  onResult?: (result: Result) => void;
}

export const { runHops, HopError } = await pageModule<{
  runHops(hops: readonly Hop[], context: object, options: RunOptions): Promise<Result[]>;
  HopError: new (finding: { evidence: string; cause?: string; fix?: string }) => Error;
}>('check/run.js');

export const { HOPS, summaryOf } = await pageModule<{
  HOPS: readonly Hop[];
  summaryOf(results: readonly Result[]): { verdict: string; title: string; text: string };
}>('check/hops.js');

/** No hop has a name twice, so one result stands for each. */
export const verdictsOf = (results: readonly Result[]): Record<string, string> =>
  Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));

export function resultOf(results: readonly Result[], id: string): Result {
  const result = results.find((one) => one.id === id);
  if (!result) throw new Error(`there is no result of ${id}`);
  return result;
}
