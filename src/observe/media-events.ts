/** How sound comes to the agent, and by which way; of `Happening` (`call-events.ts`). */
export type MediaHappening =
  /** The way between agent and LiveKit from now on. `kind`: of the agent's own candidate; `protocol`: of a relay, to its TURN server. */
  | {
      readonly type: 'media-path';
      readonly via: 'web' | 'sip';
      readonly kind: 'host' | 'srflx' | 'prflx' | 'relay' | 'other';
      readonly protocol: 'udp' | 'tcp' | 'tls' | 'other';
    }
  /** Packets of callers' sound since the last such event, lost ones by the gaps in their numbers; and their jitter (RFC 3550). */
  | {
      readonly type: 'media-heard';
      readonly via: 'web' | 'sip';
      readonly received: number;
      readonly lost: number;
      readonly jitterMs: number;
    };
