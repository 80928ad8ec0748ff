import { type SIPDispatchRuleInfo, type SIPInboundTrunkInfo, SipClient } from 'livekit-server-sdk';
import type { Finding } from '../check.ts';
import type { InsideCheck } from '../inside-context.ts';
import { dryRun } from '../sip-dry-run.ts';

const TIMEOUT_S = 10;
const APPLY = 'node dist/main.js sip apply <set-up file of the phones>';

/** Says for each number what a call to it would do, by LiveKit's own way to choose trunk and rule. */
export const sipRules: InsideCheck = {
  id: 'sip-rules',
  proves: 'LiveKit has an agent for each number',
  needs: ['signal-token'],
  async run({ config }): Promise<Finding | undefined> {
    const { sipUrl, sipFrom } = config.check;
    if (sipUrl === undefined) return undefined;
    const { url, apiKey, apiSecret } = config.livekit;
    const api = new SipClient(url, apiKey, apiSecret, { requestTimeout: TIMEOUT_S });
    const [trunks, rules] = await Promise.all([api.listSipInboundTrunk(), api.listSipDispatchRule()]);
    return judge(trunks, rules, { number: sipUrl.number, from: sipFrom, agentName: config.agent.name });
  },
};

export interface Judged {
  /** The number that CHECK_SIP_URL names. */
  number: string | undefined;
  from: string;
  agentName: string;
}

export function judge(
  trunks: readonly SIPInboundTrunkInfo[],
  rules: readonly SIPDispatchRuleInfo[],
  { number, from, agentName }: Judged,
): Finding {
  const numbers = [
    ...new Set([...(number === undefined ? [] : [number]), ...trunks.flatMap((trunk) => trunk.numbers)]),
  ];
  if (trunks.length === 0)
    return {
      verdict: 'fail',
      evidence: 'LiveKit has no inbound trunk',
      cause: 'every call is dropped',
      fix: APPLY,
    };
  const told = numbers.map((to) => ({ to, ...tell(to, dryRun(trunks, rules, { to, from }), agentName) }));
  const evidence = told.map(({ to, text }) => `a call from ${from} to ${to} would ${text}`).join('\n');
  const faulty = told.find(({ fix }) => fix !== undefined);
  if (faulty) return { verdict: 'fail', evidence, ...(faulty.fix !== undefined && { fix: faulty.fix }) };
  const open = openDoors(trunks, rules);
  return open ? { verdict: 'warn', evidence, ...open } : { evidence };
}

function tell(
  to: string,
  { trunks, rule, isOpen }: ReturnType<typeof dryRun>,
  agentName: string,
): { text: string; fix?: string } {
  if (trunks.length > 1) {
    const names = trunks.map(({ name }) => name).join(', ');
    return {
      text: `be refused: ${trunks.length} trunks have the number (${names})`,
      fix: 'leave one trunk with the number',
    };
  }
  if (trunks.length === 0 && !isOpen)
    return { text: 'be dropped: no trunk has the number', fix: `put ${to} under numbers, then ${APPLY}` };
  if (!rule) return { text: `be dropped: no rule is for trunk ${trunks[0]?.name}`, fix: APPLY };
  const agents = rule.roomConfig?.agents ?? [];
  const into = `come in by trunk ${trunks[0]?.name ?? '(none)'} and rule ${rule.name}`;
  if (!agents.some((agent) => agent.agentName === agentName)) {
    const whom = agents.map((agent) => `«${agent.agentName}»`).join(', ') || 'nobody';
    return {
      text: `${into}, and ring until it is refused: ${whom} is asked for, and this worker is «${agentName}»`,
      fix: `AGENT_NAME as here where ${APPLY} runs`,
    };
  }
  return { text: `${into} to «${agentName}»` };
}

function openDoors(
  trunks: readonly SIPInboundTrunkInfo[],
  rules: readonly SIPDispatchRuleInfo[],
): Pick<Finding, 'cause' | 'fix'> | undefined {
  const rule = rules.find(({ trunkIds }) => trunkIds.length === 0);
  if (rule)
    return {
      cause: `rule ${rule.name || rule.sipDispatchRuleId} names no trunk: whoever finds the SIP service makes rooms`,
      fix: `lk sip dispatch delete ${rule.sipDispatchRuleId}, then ${APPLY}, which makes rules with trunks`,
    };
  const trunk = trunks.find(
    ({ allowedAddresses, authUsername }) => allowedAddresses.length === 0 && authUsername === '',
  );
  if (trunk)
    return {
      cause: `trunk ${trunk.name || trunk.sipTrunkId} takes calls of every address`,
      fix: `lk sip inbound delete ${trunk.sipTrunkId}, then ${APPLY}, which wants allowedAddresses`,
    };
  return undefined;
}
