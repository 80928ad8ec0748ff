import { z } from 'zod';

/** A person or line that a call may be put through to. */
export interface TransferTarget {
  /** Full number, `+` and 7 to 15 digits, or an extension of 2 to 8 digits; without separators. */
  readonly number: string;
  /** What it is for, told to the model. */
  readonly when?: string | undefined;
  /** Spoken before the call is put through, in place of `transferring`. */
  readonly say?: string | undefined;
  /** They are called into the room and told what it is about before they talk (`call/warm-transfer.ts`); else by REFER. */
  readonly warm?: boolean | undefined;
  /** How the one who is called takes a warm transfer: by key 1 (default), which no mailbox presses, or by not hanging up. */
  readonly accept?: 'key' | 'stay' | undefined;
}

/** What the agent may do beside talking. */
export interface PersonaActions {
  readonly hangUp: boolean;
  readonly sendDigits: boolean;
  /** By name, in the order of the file; empty: it may not transfer. */
  readonly targets: Readonly<Record<string, TransferTarget>>;
}

export const NO_ACTIONS: PersonaActions = { hangUp: false, sendDigits: false, targets: {} };

const YES_OR_NO = 'want true or false';
const text = z.string({ error: 'want a text' }).trim().min(1, 'want a text that is not empty');
const NUMBER = 'want a number in quotation marks such as "+60312345678", or an extension of 2 to 8 digits';
const number = z
  .string({ error: NUMBER })
  .transform((written) => written.replace(/[\s().-]/g, ''))
  .pipe(z.string().regex(/^(?:\+[1-9]\d{6,14}|\d{2,8})$/, NUMBER));

const TARGETS = 'want names with their numbers, such as "billing: {number: …}"';
const targets = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/i, 'want a name of letters, digits, "-" and "_"'),
    z
      .strictObject(
        {
          number,
          when: text.optional(),
          say: text.optional(),
          warm: z.boolean({ error: YES_OR_NO }).optional(),
          accept: z.enum(['key', 'stay'], { error: 'want key or stay' }).optional(),
        },
        { error: TARGETS },
      )
      .refine(({ warm, accept }) => warm === true || accept === undefined, {
        path: ['accept'],
        error: 'is for warm transfers: add "warm: true"',
      }),
    { error: TARGETS },
  )
  .refine((some) => Object.keys(some).length > 0, TARGETS)
  .refine((some) => Object.keys(some).length <= 50, 'want at most 50 targets');

/** The key `actions` of a prompt file. */
export const actionMatter = z
  .strictObject(
    {
      hang_up: z.boolean({ error: YES_OR_NO }).default(false),
      send_digits: z.boolean({ error: YES_OR_NO }).default(false),
      transfer: z.strictObject({ targets }, { error: 'want "targets: …"' }).optional(),
    },
    { error: 'want hang_up, send_digits or transfer' },
  )
  .transform(
    ({ hang_up: hangUp, send_digits: sendDigits, transfer }): PersonaActions => ({
      hangUp,
      sendDigits,
      targets: transfer?.targets ?? {},
    }),
  );
