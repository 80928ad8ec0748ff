type Attributes = Readonly<Record<string, string | number>>;

/** One SVG element as text; attribute values and text are escaped, children are not. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const all = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(shortened(value))}"`);
  return children.length === 0
    ? `<${name}${all.join('')}/>`
    : `<${name}${all.join('')}>${children.join('')}</${name}>`;
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export interface TextStyle {
  readonly size?: number;
  readonly weight?: number;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** A line of text whose baseline is at `y`. */
export function label(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = 12, weight = 400, fill = INK, anchor = 'start' } = style;
  const attributes = { x, y, 'font-size': size, 'font-weight': weight, fill, 'text-anchor': anchor };
  return element('text', attributes, escaped(text));
}

export const INK = '#1f2933';
export const FAINT = '#7b8794';
export const GRID = '#e4e7eb';

const shortened = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
