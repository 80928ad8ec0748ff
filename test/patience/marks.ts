import type { Player } from './play.ts';
import { today } from './policies.ts';

/** Judges that know the truth and are wrong so often, so late; what it costs to ask early for nothing; and today. */
export function markPolicies(): Map<string, Player> {
  const wrong = [0.02, 0.05, 0.1, 0.2].flatMap((share) =>
    [200, 400, 800].map((afterMs): [string, Player] => [
      `${100 * share} % wrong after ${afterMs} ms`,
      { policy: today, mark: { falseFinished: share, falseUnfinished: share, afterMs } },
    ]),
  );
  const none = [200, 400, 800].map((afterMs): [string, Player] => {
    const mark = { falseFinished: 0, falseUnfinished: 0, afterMs, isMissing: true };
    return [`none after ${afterMs} ms`, { policy: today, mark }];
  });
  return new Map<string, Player>([['not asked', { policy: today }], ...none, ...wrong]);
}
