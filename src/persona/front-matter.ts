import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { extraFields } from '../config/json-setting.ts';
import { explainIssue } from '../config/yaml-faults.ts';
import { messageOf, PersonaError } from '../errors.ts';
import { actionMatter } from './action-matter.ts';
import { keypadFaults, menuMatter, questionsMatter } from './keypad-matter.ts';
import { type Source, VARIABLE_NAME } from './template.ts';

const text = z.string({ error: 'want a text' }).trim().min(1, 'want a text that is not empty');
const NUMBER_0_TO_2 = 'want a number from 0 to 2';
const WHOLE_NUMBER = 'want a whole number above 0';
const FILLERS = 'want a list of 2 to 10 texts, or [] for none';

/** Every key of the front matter; all are optional, none else is allowed. */
const FRONT_MATTER = z.strictObject(
  {
    name: z.string().optional(),
    description: text.optional(),
    language: text
      .regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, 'want a language code such as en, ms or en-MY')
      .optional(),
    voice: text.optional(),
    greeting: z
      .union([text, z.strictObject({ instruction: text })], { error: 'want a text, or "instruction: …"' })
      .optional(),
    temperature: z.number({ error: NUMBER_0_TO_2 }).min(0, NUMBER_0_TO_2).max(2, NUMBER_0_TO_2).optional(),
    max_tokens: z.int({ error: WHOLE_NUMBER }).min(1, WHOLE_NUMBER).optional(),
    extra_body: z
      .strictObject({
        stt: extraFields.optional(),
        llm: extraFields.optional(),
        tts: extraFields.optional(),
      })
      .optional(),
    allow_interruptions: z.boolean({ error: 'want true or false' }).default(true),
    goodbye: text.optional(),
    still_there: text.optional(),
    unheard: text.optional(),
    apology: text.optional(),
    fillers: z
      .array(text, { error: FILLERS })
      .max(10, FILLERS)
      .refine((texts) => texts.length !== 1, FILLERS)
      .optional(),
    resumed: text.optional(),
    here: text.optional(),
    transferring: text.optional(),
    transfer_failed: text.optional(),
    transfer_waiting: text.optional(),
    transfer_accept: text.optional(),
    transfer_stay: text.optional(),
    actions: actionMatter.optional(),
    dtmf: menuMatter.optional(),
    questions: questionsMatter.optional(),
    on_failure: z
      .enum(['continue', 'goodbye', 'transfer'], { error: 'want continue, goodbye or transfer' })
      .default('continue'),
    recording: z.enum(['off', 'on', 'ask'], { error: 'want off, on or ask' }).optional(),
    recording_notice: text.optional(),
    listening_notice: text.optional(),
    variables: z
      .record(
        z.string().regex(VARIABLE_NAME, 'want a variable name'),
        z
          .union([z.string(), z.number(), z.boolean(), z.null()], {
            error: 'want a text, number or true/false',
          })
          .transform((value) => String(value ?? '')),
        { error: 'want names with their values' },
      )
      .default({}),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'want "key: value" lines') },
);
const HAS_TARGET = {
  path: ['on_failure'],
  error: 'transfer needs a target: list one under actions: transfer: targets:',
};

export type FrontMatter = z.output<typeof FRONT_MATTER>;

/** Cuts a prompt file at its `---` lines; a file without front matter is all body. */
export function splitFrontMatter(file: string, content: string): { head: Source; body: Source } {
  const lines = content
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n');
  const part = (from: number, to?: number) => ({
    file,
    text: lines.slice(from, to).join('\n'),
    firstLine: from + 1,
  });
  if (lines[0]?.trimEnd() !== '---') return { head: part(0, 0), body: part(0) };
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end < 0) throw new PersonaError(file, 1, 'the front matter that begins here has no closing "---" line');
  return { head: part(1, end), body: part(end + 1) };
}

/**
 * Validates the YAML between the `---` lines.
 *
 * @param name - the file's base name, which `name:` repeats or leaves out: two prompts can never share one.
 * @throws PersonaError at the first faulty line, naming every fault.
 */
export function parseFrontMatter({ file, text: yaml, firstLine }: Source, name: string): FrontMatter {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false });
  const lineAt = (offset: number) => counter.linePos(offset).line + firstLine - 1;
  const syntax = document.errors[0] ?? document.warnings[0];
  if (syntax) throw new PersonaError(file, lineAt(syntax.pos[0]), `YAML: ${syntax.message}`);

  const own = z.literal(name, { error: `want "${name}" as the file is called, or no name` }).optional();
  const schema = FRONT_MATTER.extend({ name: own })
    .refine(
      ({ on_failure: follows, actions }) =>
        follows !== 'transfer' || Object.keys(actions?.targets ?? {}).length > 0,
      HAS_TARGET,
    )
    .check(({ value, issues }) => {
      const { dtmf, questions, actions } = value;
      for (const fault of keypadFaults(dtmf, questions, Object.keys(actions?.targets ?? {})))
        issues.push({ code: 'custom', input: value, ...fault });
    });
  const result = schema.safeParse(plainValues(document, file, firstLine));
  if (result.success) return result.data;
  const faults = result.error.issues
    .flatMap((issue) => explainIssue(issue, document, { known: Object.keys(FRONT_MATTER.shape) }))
    .map(({ offset, problem }) => ({ line: offset === undefined ? firstLine : lineAt(offset), problem }))
    .sort((a, b) => a.line - b.line);
  const [first, ...others] = faults;
  const rest = others.map(({ line, problem }) => `; line ${line}: ${problem}`).join('');
  throw new PersonaError(file, first?.line ?? firstLine, `${first?.problem}${rest}`);
}

/** The document as data; a key without a value counts as not there. */
function plainValues(document: Document, file: string, firstLine: number): unknown {
  try {
    const values: unknown = document.toJS() ?? {};
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  } catch (error) {
    throw new PersonaError(file, firstLine, `YAML: ${messageOf(error)}`, { cause: error });
  }
}
