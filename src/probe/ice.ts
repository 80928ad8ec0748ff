import type { Room } from '@livekit/rtc-node';

/** One end of the path that media takes. */
export interface IceEnd {
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly type: string;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** Of a relay: how the TURN server is reached, `udp`, `tcp` or `tls`. */
  readonly relayProtocol?: string;
}

/** The pair of candidates in use. */
export interface IcePair {
  readonly local: IceEnd;
  readonly remote: IceEnd;
  /** 0 until it was measured. */
  readonly roundTripMs: number;
}

const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'];
const RELAY_PROTOCOLS = ['udp', 'tcp', 'tls'];

type Stats = Awaited<ReturnType<Room['getRtcStats']>>['subscriberStats'];

/** The path that media takes between this participant and the server; `undefined` while there is none. */
export async function selectedPair(room: Room): Promise<IcePair | undefined> {
  const { subscriberStats, publisherStats } = await room.getRtcStats();
  return pairIn(subscriberStats) ?? pairIn(publisherStats);
}

/** The same of the statistics of one peer connection. */
export function pairIn(stats: Stats): IcePair | undefined {
  const entries = stats.map(({ stats: entry }) => entry);
  const of = <K extends string>(kind: K) =>
    entries.filter((entry): entry is Extract<typeof entry, { case: K }> => entry.case === kind);
  const selected = of('transport')[0]?.value.transport?.selectedCandidatePairId;
  const pair = of('candidatePair').find(({ value }) => value.rtc?.id === selected)?.value.candidatePair;
  const local = of('localCandidate').find(({ value }) => value.rtc?.id === pair?.localCandidateId)?.value
    .candidate;
  const remote = of('remoteCandidate').find(({ value }) => value.rtc?.id === pair?.remoteCandidateId)?.value
    .candidate;
  if (!pair || !local || !remote) return undefined;
  return { local: endOf(local), remote: endOf(remote), roundTripMs: (pair.currentRoundTripTime ?? 0) * 1000 };
}

function endOf(candidate: {
  candidateType?: number;
  protocol?: string;
  address?: string;
  port?: number;
  relayProtocol?: number;
}): IceEnd {
  const { candidateType = 0, protocol = '', address = '', port = 0, relayProtocol } = candidate;
  const type = CANDIDATE_TYPES[candidateType] ?? String(candidateType);
  const end = { type, protocol, address, port };
  if (type !== 'relay' || relayProtocol === undefined) return end;
  return { ...end, relayProtocol: RELAY_PROTOCOLS[relayProtocol] ?? String(relayProtocol) };
}
