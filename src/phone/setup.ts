import { isIP } from 'node:net';
import { z } from 'zod';
import { hoursSchema } from './hours.ts';

const text = z.string({ error: 'want a text' }).trim().min(1, 'want a text that is not empty');
const durationMs = (least: number, most: number) => {
  const want = `want milliseconds, a whole number from ${least} to ${most}`;
  return z.int({ error: want }).min(least, want).max(most, want);
};
const count = z.int({ error: 'want a whole number above 0' }).min(1, 'want a whole number above 0');

/** livekit-sip compares a network with the address that a packet came from, and a name with the host of `From`. */
const address = text.refine(
  (given) => isNetwork(given) && !/^0\.0\.0\.0\/0$|^::\/0$/.test(given),
  'want an address or network such as 10.20.0.5 or 10.20.0.0/24, and not every one',
);

/** Where a password is read from: it stands in no file that is data. */
const auth = z
  .strictObject({
    username: text,
    passwordEnv: text.optional(),
    passwordFile: text.optional(),
  })
  .refine(
    ({ passwordEnv, passwordFile }) => (passwordEnv === undefined) !== (passwordFile === undefined),
    'want either passwordEnv (name of an environment variable) or passwordFile (path)',
  );

/** The most that livekit-server takes (protocol, livekit/sip.go `MaxSIPMediaTimeout`). */
const MOST_MEDIA_TIMEOUT_MS = 600_000;

const inboundTrunk = z.strictObject({
  /** Where its calls come from. Without, every scanner of the internet could make rooms. */
  allowedAddresses: z
    .array(address, { error: 'want a list of addresses that calls may come from' })
    .min(1, 'want at least one address that calls may come from'),
  auth: auth.optional(),
  /** How long a call may ring; livekit-sip's own default is 180 s. */
  ringingTimeoutMs: durationMs(1000, 180_000).default(20_000),
  /** How long no sound may come before the call is ended: a PBX may send none on hold. livekit-sip's own default is 15 s. */
  mediaTimeoutMs: durationMs(15_000, MOST_MEDIA_TIMEOUT_MS).default(MOST_MEDIA_TIMEOUT_MS),
  maxCallMs: durationMs(1000, 86_400_000).default(3_600_000),
});

const PREFIX = /^(?:\+[1-9]\d{0,14}|[1-9]\d{0,7})$/;
const WANT_PREFIX =
  'want beginnings of numbers as E.164 writes them, such as "+603", or of extensions, such as "10"';

const outboundTrunk = z.strictObject({
  /** Host, or host and port, that calls are sent to. */
  address: text.regex(/^[\w.-]+(:\d{1,5})?$|^\[[\da-f:]+\](:\d{1,5})?$/i, 'want a host, or host:port'),
  transport: z.enum(['auto', 'udp', 'tcp', 'tls'], { error: 'want auto, udp, tcp or tls' }).default('auto'),
  /** Numbers that its calls come from; the first one by default. */
  numbers: z.array(text, { error: 'want a list of numbers' }).min(1, 'want at least one number'),
  auth: auth.optional(),
  /** What may be dialled, and transferred to. Empty: nothing. */
  allowedPrefixes: z.array(z.string().regex(PREFIX, WANT_PREFIX), { error: WANT_PREFIX }).default([]),
  ringingTimeoutMs: durationMs(1000, 80_000).default(30_000),
  maxCallMs: durationMs(1000, 86_400_000).default(3_600_000),
  limits: z
    .strictObject({ perMinute: count.default(10), atOnce: count.default(2), perDay: count.default(500) })
    .prefault({}),
});

const promptName = text.regex(/^[A-Za-z][\w-]{0,63}$/, 'want the name of a prompt file without .md');

const number = z.strictObject({
  /** The inbound trunk by which it is called; may be left out where there is only one. */
  trunk: text.optional(),
  prompt: promptName.optional(),
  language: text
    .regex(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i, 'want a language code such as en, ms or en-MY')
    .optional(),
  /** Prompts by the number that calls. */
  callers: z.record(z.string(), promptName).default({}),
  /** Prompts by what a header of the INVITE says: its name, then values with their prompts. */
  headers: z.record(z.string(), z.record(z.string(), promptName)).default({}),
  variables: z.record(z.string(), z.string({ error: 'want a text' })).default({}),
  hours: hoursSchema.optional(),
});

/** The set-up file as it is written: what is sound by itself; `read-setup.ts` looks at how its parts fit. */
export const setupSchema = z.strictObject(
  {
    /** Country code of numbers that are written without one, such as `60`. */
    country: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^[1-9]\d{0,2}$/, 'want a country code such as 60'))
      .optional(),
    trunkPrefix: z
      .string()
      .regex(/^\d{0,3}$/, 'want digits, in quotes')
      .default('0'),
    inbound: z.record(z.string(), inboundTrunk).default({}),
    outbound: z.record(z.string(), outboundTrunk).default({}),
    numbers: z
      .record(
        z.string(),
        number.nullable().transform((given) => given ?? number.parse({})),
      )
      .default({}),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'want "key: value" lines') },
);

export type SetupFile = z.output<typeof setupSchema>;
export type InboundTrunk = z.output<typeof inboundTrunk>;
export type OutboundTrunk = z.output<typeof outboundTrunk>;
type NumberEntry = z.output<typeof number>;

/** A number that callers dial. */
export interface PhoneNumber extends Omit<NumberEntry, 'trunk'> {
  trunk: string;
}

/** Trunks and numbers of the phones, all numbers as E.164 writes them. */
export interface PhoneSetup {
  dialling: { country?: string | undefined; trunkPrefix: string };
  /** By name. */
  inbound: Readonly<Record<string, InboundTrunk>>;
  outbound: Readonly<Record<string, OutboundTrunk>>;
  /** By number. */
  numbers: Readonly<Record<string, PhoneNumber>>;
}

function isNetwork(given: string): boolean {
  const [host = '', bits, ...rest] = given.split('/');
  const family = isIP(host);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
