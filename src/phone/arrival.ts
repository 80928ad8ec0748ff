import { z } from 'zod';
import { metadataObject } from '../config/metadata.ts';
import { type Hours, hoursSchema, isOpen } from './hours.ts';
import { toE164 } from './numbers.ts';

/** What `sip apply` has the dispatch say of the number that was called (`desired.ts`). */
const metadata = z.object({
  phone: z.object({
    number: z.string(),
    dialling: z.object({ country: z.string().optional(), trunkPrefix: z.string() }),
    language: z.string().optional(),
    callers: z.record(z.string(), z.string()),
    headers: z.record(z.string(), z.record(z.string(), z.string())),
    // It was checked as the file was read; `whenClosed` and lists stand there as they are kept.
    hours: hoursSchema.optional(),
  }),
});

/** A number that was called, by a rule of ours. */
export type CalledNumber = z.output<typeof metadata>['phone'];

/** Livekit-sip's attributes of a caller. */
type Attributes = Readonly<Record<string, string>>;

const HEADER = 'sip.h.';

/** `undefined` for calls of other rules, and for browsers. */
export function calledNumber(dispatchMetadata: string): CalledNumber | undefined {
  return metadata.safeParse(metadataObject(dispatchMetadata)).data?.phone;
}

/** The prompt that what the exchange says asks for, else who calls; `undefined`: the number's own. */
export function promptOf(
  { callers, headers, dialling }: CalledNumber,
  attributes: Attributes,
): string | undefined {
  const said = new Map(
    Object.entries(attributes)
      .filter(([name]) => name.toLowerCase().startsWith(HEADER))
      .map(([name, value]) => [name.slice(HEADER.length).toLowerCase(), value.trim()]),
  );
  for (const [name, prompts] of Object.entries(headers)) {
    const prompt = prompts[said.get(name.toLowerCase()) ?? ''];
    if (prompt !== undefined) return prompt;
  }
  const caller = toE164(attributes['sip.phoneNumber'] ?? '', dialling);
  return caller === undefined ? undefined : callers[caller];
}

/** What becomes of a call that rings: it is answered, refused (the caller hears busy), or told a text and ended. */
export type Admission = 'answer' | 'refuse' | { say: string };

/** @param atMs - milliseconds since 1970. */
export function admissionOf(hours: Hours | undefined, atMs: number): Admission {
  return hours === undefined || isOpen(hours, atMs) ? 'answer' : hours.whenClosed;
}
