import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

type Stat = { id: string; type: string; [key: string]: unknown };
const { factsOf } = await pageModule<{ factsOf(report: Iterable<Stat>): Record<string, unknown> }>(
  'connection.js',
);

const local = {
  id: 'L',
  type: 'local-candidate',
  candidateType: 'host',
  protocol: 'udp',
  address: '10.0.0.5',
  port: 50000,
};
const remote = {
  id: 'R',
  type: 'remote-candidate',
  candidateType: 'host',
  protocol: 'udp',
  address: '10.0.0.9',
  port: 7882,
};
const pair = {
  id: 'P',
  type: 'candidate-pair',
  state: 'succeeded',
  nominated: true,
  localCandidateId: 'L',
  remoteCandidateId: 'R',
  currentRoundTripTime: 0.0123,
};
const transport = { id: 'T', type: 'transport', selectedCandidatePairId: 'P' };

test('the selected pair is told with its addresses and round trip', () => {
  const other = { ...pair, id: 'X', localCandidateId: 'none', remoteCandidateId: 'none' };
  expect(factsOf([other, transport, pair, local, remote])).toEqual({
    path: 'direct, UDP',
    local: { type: 'host', protocol: 'udp', address: '10.0.0.5:50000', relayProtocol: '', url: '' },
    remote: { type: 'host', protocol: 'udp', address: '10.0.0.9:7882', relayProtocol: '', url: '' },
    rttMs: 12.3,
  });
});

test('a relayed path says over what it reaches the TURN server', () => {
  const url = 'turn:turn.example:3480?transport=tcp';
  const relay = { ...local, candidateType: 'relay', relayProtocol: 'tcp', url };
  expect(factsOf([transport, pair, relay, remote])).toMatchObject({
    path: 'relayed, TURN over TCP',
    local: { relayProtocol: 'tcp', url },
  });
});

test('a relay that LiveKit sees through NAT is still a relay', () => {
  const mapped = { ...local, candidateType: 'prflx', relayProtocol: 'tcp' };
  expect(factsOf([transport, pair, mapped, remote]).path).toBe('relayed, TURN over TCP');
});

test('a path through NAT, and one over TCP, are told apart', () => {
  const mapped = { ...remote, candidateType: 'prflx' };
  expect(factsOf([transport, pair, local, mapped]).path).toBe('direct through NAT, UDP');
  expect(factsOf([transport, pair, { ...local, protocol: 'tcp' }, remote]).path).toBe('direct, TCP');
});

test('a browser without transport statistics is understood by the nominated pair', () => {
  expect(factsOf([pair, local, remote]).path).toBe('direct, UDP');
});

test('loss and jitter come from the audio in each direction', () => {
  const inbound = {
    id: 'I',
    type: 'inbound-rtp',
    kind: 'audio',
    jitter: 0.004,
    packetsLost: 5,
    packetsReceived: 995,
  };
  const received = { id: 'O', type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.25 };
  expect(factsOf([transport, pair, local, remote, inbound, received])).toMatchObject({
    jitterMs: 4,
    lossPercent: 0.5,
    sentLossPercent: 25,
  });
});

test('an address that the browser hides is said to be hidden, and IPv6 is bracketed', () => {
  const { address: _, ...hidden } = local;
  const facts = factsOf([transport, pair, hidden, { ...remote, address: 'fd00::9' }]);
  expect(facts).toMatchObject({
    local: { address: '(hidden):50000' },
    remote: { address: '[fd00::9]:7882' },
  });
});

test('without a pair nothing is claimed', () => {
  expect(factsOf([local, remote])).toEqual({});
});
