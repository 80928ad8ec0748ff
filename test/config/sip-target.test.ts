import { expect, test } from 'vitest';
import { sipTarget } from '../../src/config/sip-target.ts';

test.each([
  ['sip:+60312345678@10.65.177.20:5070', { number: '+60312345678', host: '10.65.177.20', port: 5070 }],
  ['sip:va-sip.livekit.svc', { host: 'va-sip.livekit.svc', port: 5060 }],
])('%s is read', (text, target) => {
  expect(sipTarget.parse(text)).toEqual(target);
});

test.each(['10.65.177.20:5060', 'sip:', 'http://sip', 'sip:a b@c'])('«%s» is refused', (text) => {
  expect(sipTarget.safeParse(text).error?.issues[0]?.message).toContain('a SIP URI such as');
});
