import { Counter, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { CallFact } from './facts.ts';

type MediaFact = Extract<CallFact, { fact: 'media-path' | 'media-heard' }>;

/** Callers hear 2 % and more. */
const LOSS_BUCKETS = [0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5];
const JITTER_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5];

/** What is counted of the way by which callers' sound comes to the agent. `via`: web or sip. */
export function countsOfMedia(registers: Registry<OpenMetricsContentType>[]) {
  return {
    paths: new Counter({
      name: 'voice_agent_media_paths_total',
      help: 'Ways of calls’ sound between agent and LiveKit, by the agent’s ICE candidate (host, srflx, prflx, relay) and its protocol (udp, tcp, tls; of a relay, to its TURN server); one that changes counts again',
      labelNames: ['via', 'kind', 'protocol'],
      registers,
    }),
    loss: new Histogram({
      name: 'voice_agent_heard_loss_ratio',
      help: 'Share of a caller’s packets that did not reach the agent, in 10 s each: on the way to LiveKit or from it',
      labelNames: ['via'],
      buckets: LOSS_BUCKETS,
      registers,
    }),
    jitter: new Histogram({
      name: 'voice_agent_heard_jitter_seconds',
      help: 'Jitter of a caller’s packets as the agent gets them (RFC 3550), looked at every 10 s',
      labelNames: ['via'],
      buckets: JITTER_BUCKETS,
      registers,
    }),
  };
}

export function countMedia(metrics: ReturnType<typeof countsOfMedia>, fact: MediaFact): void {
  const { via } = fact;
  if (fact.fact === 'media-path') {
    metrics.paths.inc({ via, kind: fact.kind, protocol: fact.protocol });
    return;
  }
  metrics.loss.observe({ via }, fact.lost / (fact.lost + fact.received));
  metrics.jitter.observe({ via }, fact.jitterMs / 1000);
}
