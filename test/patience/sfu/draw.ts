import { randomFrom } from '../../../src/bench/stats.ts';
import { type Case, PAUSE_MS, shuffled } from '../cases.ts';
import { SHORT_PAUSE_MS } from '../score.ts';

/** How many of those drawn have a pause inside. */
const PAUSED_SHARE = 0.75;

/**
 * Some utterances with a pause of 200 to 900 ms, and a third as many without any, always the same for the same seed;
 * none of them the same sentence.
 *
 * @throws RangeError where there are fewer sentences than wanted.
 */
export function drawn<One extends Case>(from: readonly One[], seed: number, count: number): One[] {
  const random = randomFrom(seed);
  const taken = new Set<string>();
  const pick = (isWanted: (one: One) => boolean, wanted: number, what: string): One[] => {
    const some = shuffled(from.filter(isWanted), random).filter(({ sentence }) => {
      if (taken.has(sentence) || wanted <= 0) return false;
      taken.add(sentence);
      wanted -= 1;
      return true;
    });
    if (wanted > 0) throw new RangeError(`${wanted} sentences ${what} too few: want a smaller number`);
    return some;
  };
  const paused = Math.round(PAUSED_SHARE * count);
  return [
    ...pick(
      ({ pauseMs }) => pauseMs >= PAUSE_MS.least && pauseMs <= SHORT_PAUSE_MS,
      paused,
      'with a short pause',
    ),
    ...pick(({ pauseMs }) => pauseMs === 0, count - paused, 'without a pause'),
  ];
}
