import { z } from 'zod';

/** Fields that a stage writes itself. */
const OURS = ['model', 'messages', 'stream', 'input', 'file'];
/** Headers that belong to the body, or to the connection. */
const OUR_HEADERS = ['content-type', 'content-length', 'transfer-encoding', 'connection'];

const object = z.record(z.string(), z.unknown(), { error: 'a JSON object' });

/** Fields of request bodies beyond ours, as an object: of YAML, a prompt file. */
export const extraFields = object.superRefine((fields, context) => {
  const refused = OURS.filter((name) => name in fields);
  if (refused.length > 0) {
    context.addIssue(`fields other than ${refused.join(', ')}, which each request sets itself`);
  }
});

/** The same, also as JSON text: of the environment. */
export const extraBody = z
  .union([z.string(), object], { error: 'a JSON object such as {"top_k": 20}' })
  .transform(fromJson)
  .pipe(extraFields)
  .optional();

/** HTTP headers as an object or JSON text; names in lower case. */
export const headers = z
  .union([z.string(), object], { error: 'a JSON object such as {"x-tenant": "voice"}' })
  .transform(fromJson)
  .pipe(
    z.record(
      z.string(),
      z.string({ error: 'a text for each header' }).regex(/^[\x20-\x7e]*$/, 'values of printable ASCII'),
      { error: 'a JSON object' },
    ),
  )
  .transform((all, context) => {
    const lower = Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value]));
    const names = Object.keys(lower);
    if (!names.every((name) => HEADER_NAME.test(name))) context.addIssue('names of headers as HTTP has them');
    if (names.some((name) => OUR_HEADERS.includes(name)))
      context.addIssue(`headers other than ${OUR_HEADERS.join(', ')}`);
    return lower;
  })
  .optional();

/** RFC 9110, 5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** An object, also as JSON text. The place of a fault in it is told, never its text: it may be a secret's. */
export function fromJson(value: string | object, context: z.RefinementCtx): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1];
    const place = at === undefined ? 'it ends too early' : `the fault is at character ${Number(at) + 1}`;
    context.addIssue(`a JSON object such as {"name": "value"}: ${place}`);
    return z.NEVER;
  }
}
