import type { SIPDispatchRuleInfo, SIPInboundTrunkInfo } from 'livekit-server-sdk';

/** A call that LiveKit would be asked about. */
export interface TriedCall {
  to: string;
  from: string;
}

export interface Outcome {
  trunks: readonly SIPInboundTrunkInfo[];
  /** The rule that takes it. */
  rule?: SIPDispatchRuleInfo;
  /** That it names no trunk, and so takes calls of anybody. */
  isOpen: boolean;
}

/**
 * What LiveKit would do with a call, its address aside: the trunk by number called and calling, the rule by trunk and numbers.
 * Trunks compare numbers with and without the plus sign, rules as text (protocol v1.48.2, sip/sip.go `MatchTrunkDetailed`,
 * `MatchDispatchRuleIter`).
 *
 * More than one trunk is a fault: the call is refused.
 */
export function dryRun(
  trunks: readonly SIPInboundTrunkInfo[],
  rules: readonly SIPDispatchRuleInfo[],
  { to, from }: TriedCall,
): Outcome {
  const allowing = trunks.filter(
    ({ allowedNumbers }) => allowedNumbers.length === 0 || has(allowedNumbers, from),
  );
  const specific = allowing.filter(({ numbers }) => has(numbers, to));
  const found = specific.length > 0 ? specific : allowing.filter(({ numbers }) => numbers.length === 0);
  const trunk = found.length === 1 ? found[0] : undefined;
  const fitting = rules.filter(
    ({ numbers, inboundNumbers }) =>
      (numbers.length === 0 || numbers.includes(to)) &&
      (inboundNumbers.length === 0 || inboundNumbers.includes(from)),
  );
  const ofTrunk = fitting.filter(
    ({ trunkIds }) => trunk !== undefined && trunkIds.includes(trunk.sipTrunkId),
  );
  const open = fitting.filter(({ trunkIds }) => trunkIds.length === 0);
  const [rule] = (ofTrunk.length > 0 ? ofTrunk : open).toSorted((a, b) => priority(a) - priority(b));
  return { trunks: found, isOpen: ofTrunk.length === 0 && rule !== undefined, ...(rule && { rule }) };
}

const plain = (number: string) => number.replace(/[\s().-]/g, '').replace(/^\+?/, '+');
const has = (numbers: readonly string[], number: string) =>
  numbers.some((one) => plain(one) === plain(number));

/** The lower comes first: the one that names the numbers. */
function priority({ rule, numbers, inboundNumbers }: SIPDispatchRuleInfo): number {
  const kinds = ['dispatchRuleDirect', 'dispatchRuleIndividual', 'dispatchRuleCallee'];
  const kind = kinds.indexOf(rule?.rule.case ?? '');
  const pin = rule?.rule.value !== undefined && 'pin' in rule.rule.value && rule.rule.value.pin !== '';
  return (
    kind + (pin ? 0 : 100) + (inboundNumbers.length === 0 ? 1000 : 0) + (numbers.length === 0 ? 1000 : 0)
  );
}
