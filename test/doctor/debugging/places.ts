import { INSIDE } from '../../../src/doctor/inside.ts';
import { KUBE } from '../../../src/doctor/kube/hops.ts';
import { OUTSIDE } from '../../../src/doctor/outside/outside.ts';
import { HOPS } from '../../web/page/check/page-check.ts';

/** One check as the page of docs lists it. */
export interface ListedCheck {
  id: string;
  proves: string;
}

/** Where checks are made, with those of each in order. A new place is a line here. */
export const PLACES: readonly { name: string; how: string; checks: readonly ListedCheck[] }[] = [
  { name: 'page', how: '“Check my connection” on the page', checks: HOPS },
  {
    name: 'outside',
    how: '`node voice-agent-check.mjs --page https://…`, the file that the page offers, on a caller’s machine',
    checks: OUTSIDE,
  },
  {
    name: 'inside',
    how: '`kubectl exec deploy/… -- node dist/main.js check`, or `helm test`',
    checks: INSIDE,
  },
  {
    name: 'kube',
    how: '`voice-agent check --kube`, in a pod or with a kubeconfig that may read',
    checks: KUBE,
  },
];

/** Every check by its id; the words of the first place that has it. */
export const CHECKS: ReadonlyMap<string, ListedCheck> = new Map(
  PLACES.toReversed().flatMap(({ checks }) => checks.map((check) => [check.id, check])),
);
