import { z } from 'zod';

/** What a key of the telephone does while no number is being typed. */
export type KeyAction =
  /** The model answers this, as if the caller had said it. */
  | { readonly turn: string }
  /** This is said as it is. */
  | { readonly say: string }
  /** Name of a question: it is put to the caller. */
  | { readonly ask: string }
  /** Name of a target of `actions`: the caller is put through. */
  | { readonly transfer: string }
  | { readonly hangUp: true };

/** A question that is answered with digits. */
export interface DigitQuestion {
  readonly say: string;
  /** When the model asks it, told to the model. */
  readonly when?: string | undefined;
  /** Digits after which the answer is whole, besides `#` and the pause. */
  readonly digits?: number | undefined;
  /** No key for so long ends the answer, in milliseconds. */
  readonly pauseMs: number;
  /** The digits are kept nowhere, and the model is told only that there are some. */
  readonly secret: boolean;
  /** The digits go with a transfer as this header of its REFER. */
  readonly header?: string | undefined;
}

/** What a prompt says of keys. */
export interface Keypad {
  readonly menu: Readonly<Record<string, KeyAction>>;
  readonly questions: Readonly<Record<string, DigitQuestion>>;
}

/** From the last key to the end of what was typed. */
export const PAUSE_MS = 3000;
/** More digits than an account number or a card has. */
export const MOST_DIGITS = 32;

const text = z.string({ error: 'want a text' }).trim().min(1, 'want a text that is not empty');
const name = z.string({ error: 'want a name' });
const KEY_ACTION =
  'want a text that the model answers, or one of {say: …}, {ask: …}, {transfer: …}, {hang_up: true}';
const keyAction = z.union(
  [
    text.transform((turn): KeyAction => ({ turn })),
    z.strictObject({ say: text }),
    z.strictObject({ ask: name }),
    z.strictObject({ transfer: name }),
    z.strictObject({ hang_up: z.literal(true) }).transform((): KeyAction => ({ hangUp: true })),
  ],
  { error: KEY_ACTION },
);
const KEY = 'want a key of the telephone: 0 to 9, "*" or "#"';
const DIGITS = `want a whole number from 1 to ${MOST_DIGITS}`;
const PAUSE = 'want milliseconds from 500 to 30000';

/** The key `dtmf` of a prompt file. */
export const menuMatter = z.record(z.string().regex(/^[0-9*#]$/, KEY), keyAction, {
  error: 'want keys of the telephone (0 to 9, "*", "#") with what they do',
});

/** The key `questions` of a prompt file. */
export const questionsMatter = z.record(
  z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/i, 'want a name of letters, digits, "-" and "_"'),
  z
    .strictObject(
      {
        say: text,
        when: text.optional(),
        digits: z.int({ error: DIGITS }).min(1, DIGITS).max(MOST_DIGITS, DIGITS).optional(),
        pause_ms: z.int({ error: PAUSE }).min(500, PAUSE).max(30_000, PAUSE).default(PAUSE_MS),
        secret: z.boolean({ error: 'want true or false' }).default(false),
        header: z
          .string({ error: 'want a text' })
          .regex(/^X-[A-Za-z0-9-]{1,40}$/, 'want a header such as X-Account')
          .optional(),
      },
      { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'want "say: …"') },
    )
    .transform(({ pause_ms: pauseMs, ...question }): DigitQuestion => ({ ...question, pauseMs })),
  { error: 'want names with their questions, such as "account: {say: …}"' },
);

/** What does not fit together: for each, the path of the key that is wrong, and what is wrong with it. */
export function keypadFaults(
  menu: Keypad['menu'] = {},
  questions: Keypad['questions'] = {},
  targets: readonly string[] = [],
): { path: string[]; message: string }[] {
  const names = Object.keys(questions);
  const ofKey = Object.entries(menu).flatMap(([key, action]) => {
    if ('ask' in action && !names.includes(action.ask))
      return [
        { path: ['dtmf', key, 'ask'], message: `want one of questions: ${names.join(', ') || '(none)'}` },
      ];
    if ('transfer' in action && !targets.includes(action.transfer)) {
      const message = `want a target of actions: transfer: targets: ${targets.join(', ') || '(none)'}`;
      return [{ path: ['dtmf', key, 'transfer'], message }];
    }
    return [];
  });
  const lost = Object.entries(questions).flatMap(([question, { secret, header }]) =>
    secret && !header
      ? [
          {
            path: ['questions', question, 'secret'],
            message:
              'the model is not told the digits: name the header (X-…) with which a transfer passes them on',
          },
        ]
      : [],
  );
  return [...ofKey, ...lost];
}
