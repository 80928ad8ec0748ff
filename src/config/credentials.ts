import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../errors.ts';

/** What a credential can be for: joining calls, placing calls by telephone, seeing and hearing calls of others. */
export const RIGHTS = ['join', 'dial', 'operate'] as const;
export type Right = (typeof RIGHTS)[number];

const patterns = z
  .array(z.string({ error: 'a text in which * stands for anything' }).min(1).max(64))
  .min(1, 'at least one name or pattern')
  .default(['*']);

const entry = z.strictObject({
  name: z
    .string({ error: 'a name for the log' })
    .regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 _ -'),
  tokenFile: z.string({ error: 'the path of the file that holds the token' }).min(1),
  may: z
    .array(z.enum(RIGHTS, { error: `of ${RIGHTS.join(', ')}` }))
    .min(1, `at least one of ${RIGHTS.join(', ')}`),
  rooms: patterns,
  prompts: patterns,
});

/** One of `web.credentials`, its token still in its file. */
export type CredentialEntry = z.output<typeof entry>;

/** The list itself, as a YAML file has it, or as JSON or YAML in a text. */
export const credentialList = z.unknown().transform((given, context): readonly CredentialEntry[] => {
  const result = z.array(entry, { error: 'a list of credentials' }).safeParse(parsed(given) ?? []);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) context.addIssue([...path, message].join(': '));
  return [];
});

function parsed(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return parseYaml(given);
  } catch (error) {
    return messageOf(error);
  }
}
