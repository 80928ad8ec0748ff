/** ITU-T E.164: a plus sign, a country code, at most 15 digits in all. */
const E164 = /^\+[1-9]\d{5,14}$/;
/** How people and exchanges write between the digits. */
const SEPARATORS = /[\s().\-/]/g;

/** What of a country is needed to read and write its numbers. */
export interface Dialling {
  /** Country code without the plus sign, such as `60`. */
  country?: string | undefined;
  /** What is dialled within the country before a number; nearly everywhere `0`. */
  trunkPrefix: string;
}

/**
 * A number as E.164 writes it: `03-1234 5678`, `0060312345678` and `60312345678` are all `+60312345678` where the country is 60.
 *
 * @returns `undefined` for what is no full number: an extension, a name, a national number without a country.
 */
export function toE164(text: string, { country, trunkPrefix }: Dialling): string | undefined {
  const digits = text.trim().replace(SEPARATORS, '');
  const full = fullNumber(digits, country, trunkPrefix);
  return full !== undefined && E164.test(full) ? full : undefined;
}

/** What is dialled for a number as people write it: the full number, or an extension or short number without separators. */
export const asDialled = (text: string, dialling: Dialling): string =>
  toE164(text, dialling) ?? text.replace(/[\s().-]/g, '');

function fullNumber(digits: string, country: string | undefined, trunkPrefix: string): string | undefined {
  if (digits.startsWith('+')) return digits;
  if (digits.startsWith('00')) return `+${digits.slice(2)}`;
  if (country === undefined) return undefined;
  if (trunkPrefix !== '' && digits.startsWith(trunkPrefix))
    return `+${country}${digits.slice(trunkPrefix.length)}`;
  return digits.startsWith(country) ? `+${digits}` : undefined;
}

/**
 * The ways in which an exchange may write a number in `To`. livekit-server compares the numbers of a dispatch rule with it as text
 * (protocol v1.48.2, sip/sip.go `MatchDispatchRuleIter`), so that a rule needs them all.
 */
export function spellings(e164: string, { country, trunkPrefix }: Dialling): string[] {
  const digits = e164.slice(1);
  const national =
    country !== undefined && digits.startsWith(country)
      ? [`${trunkPrefix}${digits.slice(country.length)}`]
      : [];
  return [...new Set([e164, digits, `00${digits}`, ...national])];
}
