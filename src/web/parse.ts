import type { z } from 'zod';
import { WebError } from './web-error.ts';

/**
 * A request's JSON body, validated; no body counts as `{}`.
 *
 * @throws WebError 400 naming every fault at once.
 */
export function parseBody<T extends z.ZodType>(type: T, body: unknown): z.output<T> {
  const result = type.safeParse(body ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new WebError(400, `The request cannot be used. ${faults.join('; ')}.`, {
    hint: 'Send JSON with any of: room, name, prompt, resumeKey.',
  });
}
