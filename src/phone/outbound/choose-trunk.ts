import { AppError } from '../../errors.ts';
import { asDialled } from '../numbers.ts';
import type { OutboundTrunk, PhoneSetup } from '../setup.ts';
import { allowedOver, type Refusal, refusalOf } from './dial-rules.ts';

/** A call that is not placed, and why. */
export class DialRefused extends AppError {
  readonly refusal: Refusal | 'no-trunk';

  constructor(refusal: DialRefused['refusal'], hint: string) {
    super(REASONS[refusal], { hint });
    this.refusal = refusal;
  }
}

/** Without the number: it is personal. */
const REASONS: Record<DialRefused['refusal'], string> = {
  emergency: 'this is an emergency number: it is never called by a machine',
  premium: 'this is a premium, satellite or shared-cost number: it is never called',
  'not-allowed': 'no outbound trunk may call this number',
  'no-number': 'this is no full number such as +60312345678, and no extension',
  'no-trunk': 'there is no such outbound trunk',
};

export interface Route {
  /** As it is dialled. */
  number: string;
  /** Its name in the set-up, and at LiveKit. */
  trunk: string;
  settings: OutboundTrunk;
}

/**
 * Over which trunk a number is called: the first of the set-up that may, or the one that is named.
 *
 * @throws DialRefused
 */
export function chooseTrunk(to: string, setup: PhoneSetup, named?: string): Route {
  const names = Object.keys(setup.outbound);
  if (named !== undefined && !names.includes(named))
    throw new DialRefused('no-trunk', `outbound trunks of PHONE_SETUP: ${names.join(', ') || 'none'}`);
  const number = asDialled(to, setup.dialling);
  const tried = (named === undefined ? names : [named]).map((trunk) => ({
    trunk,
    refusal: refusalOf(number, allowedOver(setup, trunk)),
  }));
  const trunk = tried.find(({ refusal }) => refusal === undefined)?.trunk;
  const settings = trunk === undefined ? undefined : setup.outbound[trunk];
  if (trunk !== undefined && settings) return { number, trunk, settings };
  throw new DialRefused(
    tried[0]?.refusal ?? refusalOf(number, []) ?? 'not-allowed',
    'add the beginning of the number to allowedPrefixes of an outbound trunk in PHONE_SETUP',
  );
}
