import { make } from './dom.js';
import { scaleOf } from './turns.js';

/**
 * Draws the scale that all waterfalls of a list share.
 *
 * @param {HTMLElement} turns holds the list
 * @param {HTMLElement} scale its figures, above
 * @param {readonly import('./turns.js').Answer[]} answers
 */
export function drawScale(turns, scale, answers) {
  const { longestMs, tickMs } = scaleOf(answers);
  turns.style.setProperty('--longest', String(longestMs));
  turns.style.setProperty('--tick', String(tickMs));
  const ticks = Array.from({ length: Math.floor(longestMs / tickMs) + 1 }, (_, index) => {
    const tick = make('span', {}, index === 0 ? '0' : `${(index * tickMs) / 1000} s`);
    tick.style.setProperty('--from', String(index * tickMs));
    return tick;
  });
  scale.replaceChildren(...ticks);
}
