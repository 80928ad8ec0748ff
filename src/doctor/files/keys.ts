import { readFileSync } from 'node:fs';

/**
 * What may stand at a place of livekit-server's configuration: a kind (`uint16`, `duration`, …; `any` and `text` are
 * not judged), a list of one shape, or keys with a shape each, where `*` stands for all keys.
 */
export type Shape = string | readonly [Shape] | { readonly [key: string]: Shape };

/** livekit-server's own keys, made from its source by test/livekit-keys. */
export const LIVEKIT: { readonly version: string; readonly keys: Shape } = JSON.parse(
  readFileSync(new URL('livekit-keys.json', import.meta.url), 'utf8'),
);

/** All places where a key of this name stands, such as `turn` and `rtc.turn_servers`. */
export function placesOf(name: string, shape: Shape = LIVEKIT.keys, path = ''): string[] {
  if (typeof shape === 'string') return [];
  if (isList(shape)) return placesOf(name, shape[0], `${path}[]`);
  return Object.entries(shape).flatMap(([key, inside]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [...(key === name ? [here] : []), ...placesOf(name, inside, here)];
  });
}

export function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
