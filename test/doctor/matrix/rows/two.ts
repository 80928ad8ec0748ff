import type { Row } from '../row.ts';
import { closedDoor } from '../site/network.ts';
import { misroute } from './gateway.ts';

/** Two faults at once: the hop that a call meets first is named. */
export const TWO: readonly Row[] = [
  {
    broken: 'two: another LiveKit secret, and an LLM model that the server does not have',
    hop: 'signal-token',
    says: 'LIVEKIT_API_SECRET must be the secret',
    breaks: (_, settings) => ({
      ...settings,
      LIVEKIT_API_SECRET: 'a-secret-that-livekit-does-not-have-at-all',
      LLM_MODEL: 'llama-9-70b',
    }),
  },
  {
    broken: 'two: another TURN secret, and nothing listens where the STT should be',
    hop: 'turn-udp',
    says: 'TURN_SECRET',
    breaks: (_, settings) => ({
      ...settings,
      TURN_SECRET: 'another-secret-than-the-relay-has',
      STT_BASE_URL: 'http://10.244.0.40:9/v1',
    }),
  },
  {
    broken: 'two: no route to LiveKit, and a firewall that drops UDP 3478',
    seat: 'outside',
    hop: 'signal-ws',
    says: 'HTTPRoute',
    async breaks(site) {
      misroute(site, 'livekit');
      site.afterwards(await closedDoor('udp', 3478));
      return undefined;
    },
  },
  {
    broken: 'two: a firewall that drops UDP 3478, and an LLM that refuses the agent’s key',
    seat: 'outside',
    hop: 'turn-udp',
    says: 'listener UDP 3478',
    async breaks(site) {
      site.afterwards(await closedDoor('udp', 3478));
      site.standIn.control({ faults: { llm: [{ status: 401 }] } });
      return undefined;
    },
  },
];
