import { make } from '../dom.js';

/**
 * @typedef {{text: string, mark?: string, element?: HTMLElement}} Cell `mark`: a state that the style sheet colours; `element`: in place of a text
 * @typedef {{key: string, cells: readonly Cell[], below?: HTMLElement | undefined}} Row `below`: shown under it, over all columns
 * @typedef {{name: string, isFigure?: boolean}} Column
 */

/** A table whose rows stay the same elements from one answer of the server to the next: focus and selection survive. */
export class Table {
  element;
  #columns;
  #kind;
  #body = make('tbody');
  /** @type {Map<string, {cells: HTMLElement[], elements: HTMLElement[]}>} */ #rows = new Map();

  /**
   * @param {readonly Column[]} columns
   * @param {string} kind what a row is, for tests
   */
  constructor(columns, kind) {
    this.#columns = columns;
    this.#kind = kind;
    const head = columns.map(({ name, isFigure }) =>
      make('th', { scope: 'col', class: figure(isFigure) }, name),
    );
    this.element = make('table', {}, make('thead', {}, make('tr', {}, ...head)), this.#body);
  }

  /** @param {readonly Row[]} rows */
  show(rows) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { elements }] of this.#rows) {
      if (keys.has(key)) continue;
      for (const element of elements) element.remove();
      this.#rows.delete(key);
    }
    for (const row of rows) this.#showRow(row);
    this.element.hidden = rows.length === 0;
  }

  /** @param {Row} row */
  #showRow(row) {
    const { cells, elements } = this.#rows.get(row.key) ?? this.#add(row.key);
    for (const [index, { text, mark = '', element }] of row.cells.entries()) {
      const cell = cells[index];
      if (!cell) continue;
      if (element) {
        if (cell.firstChild !== element) cell.replaceChildren(element);
      } else if (cell.textContent !== text) cell.textContent = text;
      cell.dataset.mark = mark;
    }
    if (!row.below || row.below.isConnected) return;
    const wide = make('tr', {}, make('td', { colspan: String(this.#columns.length) }, row.below));
    elements.at(-1)?.after(wide);
    elements.push(wide);
  }

  /** @param {string} key */
  #add(key) {
    const cells = this.#columns.map(({ name, isFigure }) =>
      make('td', { 'data-name': name, class: figure(isFigure) }),
    );
    const row = make('tr', { 'data-testid': this.#kind }, ...cells);
    this.#body.append(row);
    const shown = { cells, elements: [row] };
    this.#rows.set(key, shown);
    return shown;
  }
}

const figure = (isFigure = false) => (isFigure ? 'figure' : '');
