import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sipCall } from '../../../src/doctor/checks/sip-call.ts';
import { sipOptions } from '../../../src/doctor/checks/sip-options.ts';
import { parseMessage, responseText } from '../../../src/sip/client/message.ts';
import { inside } from '../../helpers/inside.ts';

let service: Socket;
/** By method. */
let statuses: Record<string, string>;
const at = (number = '') =>
  inside({ CHECK_SIP_URL: `sip:${number}127.0.0.1:${(service.address() as AddressInfo).port}` });

beforeEach(async () => {
  statuses = {};
  service = createSocket('udp4').bind(0, '127.0.0.1');
  await once(service, 'listening');
  service.on('message', (bytes: Buffer, { port, address }) => {
    const request = parseMessage(bytes);
    const status = statuses[request.reason];
    if (status) service.send(responseText(request, status, 'user-agent: LiveKit\r\n'), port, address);
  });
});
afterEach(() => service.close());

test('without CHECK_SIP_URL there is nothing to check', async () => {
  expect(await sipOptions.run(inside())).toBeUndefined();
  expect(await sipCall.run(inside())).toBeUndefined();
});

test('an answer to OPTIONS is told, with who answers', async () => {
  statuses.OPTIONS = '200 OK';
  expect(await sipOptions.run(at())).toMatch(/^127\.0\.0\.1:\d+ UDP answers 200 OK, LiveKit, after \d+ ms$/);
});

test('a closed port is told with what to open', async () => {
  const context = at();
  service.close();
  await expect(sipOptions.run(context)).rejects.toMatchObject({
    message: expect.stringContaining('ECONNREFUSED'),
    hint: expect.stringContaining('sipPeerCidrs'),
  });
  service = createSocket('udp4').bind(0, '127.0.0.1');
  await once(service, 'listening');
});

test('without a number no call is placed, and the setting to write is told', async () => {
  expect(await sipCall.run(at())).toMatchObject({
    ...{ verdict: 'skip', cause: expect.stringContaining('CHECK_SIP_URL=sip:+60312345678@127.0.0.1:') },
  });
});

test.each([
  ['486 Busy Here', 'fail', /rang for .* s, and nobody picked up/, /ready, models and speech/],
  ['400 Bad Request', 'fail', /no codec in common/, /PCMU/],
  ['503 Service Unavailable', 'fail', /takes no calls now/, /livekit_sip_available/],
  ['407 Proxy Authentication Required', 'skip', /wants a password/, /^$/],
  ['599 Odd', 'fail', /refuses the call/, /log of livekit-sip/],
])('%s is explained', async (status, verdict, cause, fix) => {
  statuses.INVITE = status;
  const found = await sipCall.run(at('+60399@'));
  expect(found).toMatchObject({ verdict, cause: expect.stringMatching(cause) });
  expect((found as { fix?: string }).fix ?? '').toMatch(fix);
  expect((found as { evidence: string }).evidence).toContain(status);
});
