import { SIPDispatchRuleInfo, SIPInboundTrunkInfo } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { judge } from '../../../src/doctor/checks/sip-rules.ts';

const trunk = (json: object = {}) =>
  SIPInboundTrunkInfo.fromJson({
    ...{ sipTrunkId: 'ST_1', name: 'pbx', numbers: ['+60312345678'], allowedAddresses: ['10.0.0.5'] },
    ...json,
  });
const rule = (json: object = {}) =>
  SIPDispatchRuleInfo.fromJson({
    ...{ sipDispatchRuleId: 'SDR_1', name: 'main', trunkIds: ['ST_1'] },
    rule: { dispatchRuleIndividual: { roomPrefix: 'phone-' } },
    roomConfig: { agents: [{ agentName: 'voice-agent' }] },
    ...json,
  });
const of = { number: '+60312345678', from: '+60123456789', agentName: 'voice-agent' };

test('says for each number what a call would do', () => {
  expect(judge([trunk()], [rule()], of)).toEqual({
    evidence:
      'a call from +60123456789 to +60312345678 would come in by trunk pbx and rule main to «voice-agent»',
  });
});

test('a number without the plus sign is the trunk’s too, a rule’s is text', () => {
  const withNumber = [rule({ numbers: ['+60312345678'] })];
  expect(judge([trunk()], withNumber, { ...of, number: '60312345678' })).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringContaining('to 60312345678 would be dropped: no rule is for trunk pbx'),
  });
  expect(judge([trunk()], [rule()], { ...of, number: '60312345678' }).verdict).toBeUndefined();
});

test('of rules the one that names the number is taken', () => {
  const other = rule({ name: 'billing', numbers: ['+60312345678'] });
  expect(judge([trunk()], [rule(), other], of).evidence).toContain('rule billing');
});

test.each([
  ['no trunk at all', [], [rule()], /no inbound trunk/, /sip apply/],
  [
    'no trunk for the number',
    [trunk({ numbers: ['+1'] })],
    [rule()],
    /no trunk has the number/,
    /under numbers/,
  ],
  [
    'a trunk for other callers',
    [trunk({ allowedNumbers: ['+2'] })],
    [rule()],
    /no trunk has the number/,
    /under numbers/,
  ],
  [
    'two trunks with the number',
    [trunk(), trunk({ name: 'b' })],
    [rule()],
    /2 trunks have the number \(pbx, b\)/,
    /leave one/,
  ],
  [
    'a rule for another trunk',
    [trunk()],
    [rule({ trunkIds: ['ST_2'] })],
    /no rule is for trunk pbx/,
    /sip apply/,
  ],
  ['no rule', [trunk()], [], /no rule is for trunk pbx/, /sip apply/],
  [
    'a rule for another agent',
    [trunk()],
    [rule({ roomConfig: { agents: [{ agentName: 'x' }] } })],
    /«x» is asked for/,
    /AGENT_NAME/,
  ],
  ['a rule for no agent', [trunk()], [rule({ roomConfig: {} })], /nobody is asked for/, /AGENT_NAME/],
])('%s is a failure', (_, trunks, rules, evidence, fix) => {
  expect(judge(trunks, rules, of)).toMatchObject({
    ...{ verdict: 'fail', evidence: expect.stringMatching(evidence), fix: expect.stringMatching(fix) },
  });
});

test.each([
  [
    'a rule without trunk',
    [trunk()],
    [rule({ trunkIds: [] })],
    /names no trunk: whoever/,
    /dispatch delete SDR_1/,
  ],
  [
    'a trunk for every address',
    [trunk({ allowedAddresses: [] })],
    [rule()],
    /every address/,
    /inbound delete ST_1/,
  ],
])('%s is warned of', (_, trunks, rules, cause, fix) => {
  expect(judge(trunks, rules, of)).toMatchObject({
    ...{ verdict: 'warn', cause: expect.stringMatching(cause), fix: expect.stringMatching(fix) },
  });
});
