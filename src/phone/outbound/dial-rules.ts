import type { PhoneSetup } from '../setup.ts';

/**
 * Emergency numbers: 112 and 911 reach one from any mobile network (3GPP TS 22.101, 10.1); 999, 991 and 994 are Malaysia's; the
 * others those of its neighbours, of Australia and of Europe. As dialled, with a national prefix too.
 */
const EMERGENCY = new Set(
  '112 911 999 991 994 995 993 990 110 113 114 115 117 118 119 190 191 192 193 000 066'.split(' '),
);
/**
 * Numbers that cost their caller more than a call: premium rate of Malaysia (1-600, +60600), shared cost of the world (ITU-T E.169.2:
 * +979), satellites (+870, +881, +882, +883), the premium ranges of North America, Britain, Singapore and Indonesia.
 */
const PREMIUM = [
  ...['+60600', '+601600', '+979', '+870', '+881', '+882', '+883', '+878'],
  ...['+1900', '+1976', '+449', '+4487', '+651900', '+62809', '+611900', '+6119'],
  ...['1600', '01600', '0600', '1900'],
];

/** Why a number is not called; `undefined`: it may be. */
export type Refusal = 'emergency' | 'premium' | 'not-allowed' | 'no-number';

/** Beginnings of the numbers that may be called over an outbound trunk; over any of them where none is named. */
export function allowedOver({ outbound }: Pick<PhoneSetup, 'outbound'>, trunk?: string): readonly string[] {
  const trunks = trunk === undefined ? Object.values(outbound) : [outbound[trunk]];
  return trunks.flatMap((one) => one?.allowedPrefixes ?? []);
}

/**
 * Whether a number may be called. Emergency and premium numbers never are, whatever is allowed: an allowed prefix is no reason to
 * call the police from a machine.
 *
 * @param number - full, with its `+`, or an extension; no separators.
 * @param allowed - beginnings of numbers; none: nobody is called.
 */
export function refusalOf(number: string, allowed: readonly string[]): Refusal | undefined {
  if (isEmergency(number)) return 'emergency';
  if (!/^(?:\+[1-9]\d{6,14}|\d{2,15})$/.test(number)) return 'no-number';
  const begins = (prefix: string) => number.startsWith(prefix);
  if (PREMIUM.some(begins)) return 'premium';
  return allowed.some(begins) ? undefined : 'not-allowed';
}

/** Also after a country code, as exchanges strip it: `+60999`. */
function isEmergency(number: string): boolean {
  if (EMERGENCY.has(number)) return true;
  if (!number.startsWith('+')) return false;
  const digits = number.slice(1);
  return [1, 2, 3].some((length) => EMERGENCY.has(digits.slice(length)));
}
