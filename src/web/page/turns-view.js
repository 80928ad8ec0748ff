import { byId, make } from './dom.js';
import { spans } from './turns.js';

/** @import { Answer, Answers } from './turns.js' */

/** @param {number | undefined} ms */
const cell = (ms) => (ms === undefined ? '–' : String(ms));

/**
 * Shows a wait as people say it.
 *
 * @param {number} ms
 */
export const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** @param {Answers} answers */
export function showTurns(answers) {
  const longestMs = Math.max(...answers.list.map(({ parts }) => (parts ? lengthMs(parts) : 0)));
  const rows = answers.list.map((answer, index) => rowsOf(answer, index + 1, longestMs)).reverse();
  byId('turns', HTMLTableSectionElement).replaceChildren(...rows.flat());
  byId('no-turns', HTMLParagraphElement).hidden = rows.length > 0;
  const medianMs = answers.medianMs();
  byId('median', HTMLSpanElement).textContent = medianMs === undefined ? '' : `median ${seconds(medianMs)}`;
}

/** @param {NonNullable<Answer['parts']>} parts */
const lengthMs = (parts) => spans(parts).reduce((sum, { ms }) => sum + ms, 0);

/**
 * One row of figures, and the same as a bar when the parts are known.
 *
 * @param {Answer} answer
 * @param {number} count
 * @param {number} longestMs length of the longest bar
 */
function rowsOf({ heardMs, parts }, count, longestMs) {
  const told = [parts?.sttMs, parts?.endpointingMs, parts?.llmTtftMs, parts?.ttsTtfbMs, parts?.totalMs];
  const figures = [heardMs, ...told].map((ms) => make('td', {}, cell(ms)));
  const attributes = { 'data-testid': 'turn', 'data-state': parts ? 'told' : 'heard' };
  const row = make('tr', attributes, make('th', { scope: 'row' }, String(count)), ...figures);
  return parts ? [row, barOf(parts, longestMs)] : [row];
}

/**
 * @param {NonNullable<Answer['parts']>} parts
 * @param {number} longestMs
 */
function barOf(parts, longestMs) {
  const bar = make('div', { class: 'spans' });
  bar.style.width = `${(100 * lengthMs(parts)) / longestMs}%`;
  for (const { name, ms } of spans(parts)) {
    const span = make('span', { class: name, title: `${name} ${ms} ms` });
    span.style.flexGrow = String(ms);
    bar.append(span);
  }
  return make('tr', { class: 'bar-row', 'aria-hidden': 'true' }, make('td', { colspan: '7' }, bar));
}
