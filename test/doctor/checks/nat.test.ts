import { expect, test } from 'vitest';
import { natBehind } from '../../../src/doctor/checks/nat.ts';
import type { BindingAsk, BindingSocket } from '../../../src/stun/binding.ts';

const FIRST = '10.0.0.4:3478';
const OTHER = '10.0.0.5:3479';

/** @param mapped - where a server sees us. @param lets - what the NAT lets in of what comes from elsewhere. */
function behind(
  mapped: (server: string) => string | undefined,
  { other = '', lets = 'none' } = {},
): BindingSocket {
  const allowed = (change: BindingAsk['change']) =>
    change === undefined || lets === 'all' || (lets === 'port' && !change.address);
  return {
    localPort: 5000,
    close: () => {},
    async ask(server, { change }) {
      const at = mapped(server);
      if (at === undefined || !allowed(change)) return undefined;
      return { mapped: at, other: other || undefined, ms: 1 };
    },
  };
}
const same = () => '198.51.100.1:7000';
const own = (server: string) => `198.51.100.1:${7000 + Number(server.split(':')[0]?.at(-1))}`;
const run = (socket: BindingSocket, servers = [FIRST]) => natBehind(socket, servers, ['192.168.0.2']);

test.each([
  ['all', /a full cone NAT/],
  ['port', /a restricted cone NAT/],
  ['none', /a port-restricted cone NAT/],
])('by a server with two addresses: who lets in %s', async (lets, evidence) => {
  const found = await run(behind(same, { other: OTHER, lets }));
  expect(found).toEqual({ evidence: expect.stringMatching(evidence) });
  expect(found.evidence).toMatch(/^with a relay any kind of NAT works/);
});

test('a new address for each server is a symmetric NAT, by one server with two addresses and by two servers', async () => {
  const evidence = expect.stringContaining('a symmetric NAT');
  expect(await run(behind(own, { other: OTHER }))).toEqual({ evidence });
  expect(await run(behind(own), [FIRST, '10.0.0.6:3478'])).toEqual({ evidence });
});

test('two servers tell the mapping, and not from whom it lets in', async () => {
  expect(await run(behind(same), [FIRST, '10.0.0.6:3478'])).toEqual({
    evidence: expect.stringMatching(/a cone NAT .* not to be told from here/),
  });
});

test('one address tells neither, and two ports of it are one address', async () => {
  for (const servers of [[FIRST], [FIRST, '10.0.0.4:3479']])
    expect(await run(behind(same), servers)).toEqual({
      verdict: 'skip',
      cause: expect.stringMatching(/^with a relay any kind .* not to be told from here/),
    });
});

test('our own address is no NAT', async () => {
  expect(await run(behind(() => '192.168.0.2:5000'))).toEqual({
    evidence: expect.stringContaining('no NAT'),
  });
});

test('a server without STUN is no fault', async () => {
  expect(await run(behind(() => undefined))).toMatchObject({ verdict: 'skip' });
});
