import { AppError } from '../../../errors.ts';

/**
 * The text of a file, which has to be UTF-8, with a byte order mark or without.
 *
 * @throws AppError naming the encoding that it seems to have, or the line of the first wrong byte.
 */
export function textOf(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new AppError(`${file} is UTF-16`, { hint: 'save it as «CSV UTF-8»' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError(`${file}:${badLine(bytes)}: this is no UTF-8`, { hint: 'save it as «CSV UTF-8»' });
  }
}

/** Lines are tried one by one: a line break is never part of another character. */
function badLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let at = 0; at < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, at);
    const until = end < 0 ? bytes.length : end;
    try {
      decoder.decode(bytes.subarray(at, until));
    } catch {
      return line;
    }
    at = until + 1;
  }
  return line;
}
