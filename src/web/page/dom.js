/**
 * An element that the page's HTML is known to have.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`index.html has no ${type.name} with id ${id}`);
  return element;
}

/**
 * A new element.
 *
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Fills a description list, touching only what changed so that a selection survives.
 *
 * @param {HTMLElement} list
 * @param {readonly (readonly [name: string, value: string, badge?: string])[]} facts
 */
export function showFacts(list, facts) {
  const wanted = facts.filter(([, value]) => value !== '');
  const key = JSON.stringify(wanted);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(
    ...wanted.map(([name, value, badge]) =>
      make(
        'div',
        { 'data-fact': name },
        make('dt', {}, name),
        make('dd', {}, value, ...(badge ? [' ', make('b', { class: 'badge' }, badge)] : [])),
      ),
    ),
  );
}
