/** Keys and places in lists, from the top down. */
export type Path = readonly (string | number)[];

/** The value at `path` of plain values, `undefined` where there is none. */
export function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    tree,
  );
}

/** Such as `rtc.turn_servers[0].port`; a key with dots stands in brackets: `annotations["kubernetes.io/elb.id"]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (part.includes('.')) return `${text}["${part}"]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
