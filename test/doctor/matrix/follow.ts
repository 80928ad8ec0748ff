import type { Settings } from './row.ts';

/** A line to paste: `NAME=value`. */
const ASSIGNMENT = /^([A-Z][A-Z0-9_]+)=(.+)$/gm;
const NAME = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;

/**
 * The settings after somebody did what a fix says and nothing else: they paste its lines `NAME=value`, or, where there
 * is none, give the settings that it names the values that they have where everything is well.
 *
 * @throws Error when it names no setting.
 */
export function followed(fix: string, wrong: Settings, healthy: Settings): Settings {
  // `<file with …>` is what only they know.
  const filled = ([name, value]: readonly [string, string]) =>
    [name, /^<[^>]*>/.test(value) ? (healthy[name] ?? '') : value] as const;
  const pasted = [...fix.matchAll(ASSIGNMENT)].map(([, name = '', value = '']) => [name, value] as const);
  if (pasted.length > 0) return { ...wrong, ...Object.fromEntries(pasted.map(filled)) };
  const named = [...fix.matchAll(NAME)].map(([name]) => name);
  const known = named.filter((name) => name in wrong || name in healthy);
  if (known.length === 0) throw new Error(`this fix names no setting of this set-up: ${fix}`);
  const settings: Record<string, string> = { ...wrong };
  for (const name of known) {
    const right = healthy[name];
    if (right === undefined) delete settings[name];
    else settings[name] = right;
  }
  return settings;
}
