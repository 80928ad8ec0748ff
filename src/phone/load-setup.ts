import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '../errors.ts';
import { readSetup } from './read-setup.ts';
import type { PhoneSetup } from './setup.ts';

/** What there is without a set-up file: nothing is called. */
export const NO_PHONES: PhoneSetup = {
  dialling: { trunkPrefix: '0' },
  inbound: {},
  outbound: {},
  numbers: {},
};

/**
 * The set-up of phones as its file is now.
 *
 * @param file - its path; not given: there are no phones.
 * @throws AppError where it cannot be read, or is wrong.
 */
export async function loadSetup(file: string | undefined): Promise<PhoneSetup> {
  if (file === undefined) return NO_PHONES;
  const yaml = await readFile(file, 'utf8').catch((error: unknown) => {
    const hint = 'set PHONE_SETUP to the file that `sip apply` takes';
    throw new AppError(`PHONE_SETUP=${file} cannot be read: ${messageOf(error)}`, { hint });
  });
  return readSetup(file, yaml);
}
