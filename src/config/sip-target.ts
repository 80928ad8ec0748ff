import { z } from 'zod';

const WANT = 'a SIP URI such as sip:+60312345678@10.65.177.20:5060, or without a number';

/** A SIP service, and a number to call there. */
export interface SipTarget {
  host: string;
  port: number;
  number?: string;
}

export const sipTarget = z.string({ error: WANT }).transform((text, context): SipTarget => {
  const [, number, host, port = '5060'] =
    /^sip:(?:([^@\s]+)@)?([\w.-]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  if (host === undefined) {
    context.addIssue(`${WANT}, not «${text}»`);
    return z.NEVER;
  }
  return { host, port: Number(port), ...(number !== undefined && { number }) };
});
