/** Where LiveKit exchanges a participant's media, by its log: the other end of the pair that it selected. */
export function remoteAddressOf(log: string, participant: RegExp): string | undefined {
  const joined = log.split('\n').filter((line) => line.includes('"participant active"'));
  for (const line of joined.reverse()) {
    const entry: ActiveParticipant = JSON.parse(line.slice(line.indexOf('{')));
    if (!participant.test(entry.participant)) continue;
    const candidates = [...(entry.publisherCandidates ?? []), ...(entry.subscriberCandidates ?? [])];
    const selected = candidates.find((candidate) => /^\[remote\]\[selected/.test(candidate));
    return selected?.match(/ ([\d.]+):\d+/)?.[1];
  }
  return undefined;
}

interface ActiveParticipant {
  participant: string;
  publisherCandidates?: string[];
  subscriberCandidates?: string[];
}
