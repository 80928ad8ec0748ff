import { expect, test } from 'vitest';
import { type MediaView, mediaOf, watchMedia } from '../../src/call/media-quality.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const STARTED = {
  type: 'started',
  prompt: 'a',
  promptHash: 'b',
  piiCaller: 'c',
  callId: 'AJ_1',
  atMs: 0,
} as const;
const end = { address: '', port: 0 };
const track = (ssrc: number, received: number, lost: number, jitterMs = 2) => ({
  ssrc,
  received,
  lost,
  jitterMs,
});

function pair(type: string, protocol: string, relayProtocol?: string): MediaView['pair'] {
  const local = { ...end, type, protocol, ...(relayProtocol && { relayProtocol }) };
  return { local, remote: { ...end, type: 'host', protocol }, roundTripMs: 1 };
}

/** What is told of a call in which the looks see this, one after the other; `undefined`: the room is not connected. */
async function told(...views: readonly (MediaView | undefined)[]): Promise<Happening[]> {
  const [clock, over, happened] = [manualClock(), new AbortController(), [] as Happening[]];
  const left = [...views];
  const look = async () => {
    const view = left.shift();
    if (!view) throw new Error('not connected');
    return view;
  };
  watchMedia({ look, clock, signal: over.signal, emit: (one) => happened.push(one) })({
    ...STARTED,
    via: 'sip',
  });
  for (const [at] of views.entries()) {
    const nextMs = at === 0 ? 2000 : 10_000;
    await clock.waitsFor(nextMs);
    clock.advance(nextMs);
  }
  await clock.waitsFor(10_000);
  over.abort();
  expect(clock.pending()).toEqual([]);
  return happened;
}

test('packets are told as they have come since the last look, of each track, also one that took another’s place', async () => {
  const direct = pair('host', 'udp');
  const events = await told(
    { pair: direct, tracks: [track(1, 100, 2)] },
    undefined,
    { pair: direct, tracks: [track(1, 600, 12, 5)] },
    { pair: direct, tracks: [track(2, 50, 1, 3)] },
    // Two packets that came late, and nothing new.
    { pair: direct, tracks: [track(2, 50, -1, 3)] },
  );
  const heard = { type: 'media-heard', via: 'sip' };
  expect(events).toEqual([
    { type: 'media-path', via: 'sip', kind: 'host', protocol: 'udp' },
    { ...heard, received: 100, lost: 2, jitterMs: 2 },
    { ...heard, received: 500, lost: 10, jitterMs: 5 },
    { ...heard, received: 50, lost: 1, jitterMs: 3 },
  ]);
});

test('the way is told when it changes: of a relay the protocol to its server, and no word that is not known', async () => {
  const ways = [pair('relay', 'udp', 'tls'), pair('relay', 'udp', 'tls'), pair('5', 'sctp'), undefined];
  const events = await told(...ways.map((way) => ({ pair: way, tracks: [] })));
  expect(events).toEqual([
    { type: 'media-path', via: 'sip', kind: 'relay', protocol: 'tls' },
    { type: 'media-path', via: 'sip', kind: 'other', protocol: 'other' },
  ]);
});

test('what rtc-node 0.13.35 gives is read: whole numbers are bigints, jitter is in seconds', async () => {
  const inbound = (kind: string) => ({
    case: 'inboundRtp',
    value: { stream: { ssrc: 7, kind }, received: { packetsReceived: 36n, packetsLost: 3n, jitter: 0.004 } },
  });
  const transport = { case: 'transport', value: { transport: { selectedCandidatePairId: 'CP' } } };
  const candidatePair = {
    case: 'candidatePair',
    value: { rtc: { id: 'CP' }, candidatePair: { localCandidateId: 'L', remoteCandidateId: 'R' } },
  };
  const candidate = (of: 'local' | 'remote', id: string) => ({
    case: `${of}Candidate`,
    value: { rtc: { id }, candidate: { candidateType: 0, protocol: 'udp', address: '10.0.0.1', port: 1 } },
  });
  const all = [inbound('audio'), inbound('video'), transport, candidatePair];
  const publisherStats = [...all, candidate('local', 'L'), candidate('remote', 'R')].map((stats) => ({
    stats,
  }));
  const view = await mediaOf({ getRtcStats: async () => ({ publisherStats, subscriberStats: [] }) as never });
  expect(view).toMatchObject({
    pair: { local: { type: 'host', protocol: 'udp' } },
    tracks: [{ ssrc: 7, received: 36, lost: 3, jitterMs: 4 }],
  });
  expect(view.tracks).toHaveLength(1);
});
