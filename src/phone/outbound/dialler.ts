import { AgentDispatchClient, RoomServiceClient, SipClient } from 'livekit-server-sdk';
import type { Config } from '../../config/schema.ts';
import { type Clock, systemClock } from '../../openai/clock.ts';
import { loadSetup } from '../load-setup.ts';
import { DialLimits } from './dial-limits.ts';
import { type CallOrder, type DialClients, type DialLog, type PlacedCall, placeCall } from './place-call.ts';
import { sharedPlacedCalls } from './placed-calls.ts';

/** Places calls, each by the set-up of phones as it is then. */
export interface Dialler {
  /**
   * @param signal - whoever asked is gone: it is dialled no more, where it was not yet.
   * @throws DialRefused, TooMany; AppError where the set-up cannot be read, or LiveKit not be asked.
   */
  dial(order: CallOrder, signal: AbortSignal): Promise<PlacedCall>;
}

export interface DiallerParts {
  config: Pick<Config, 'livekit' | 'agent' | 'phone'>;
  log: DialLog;
  clients?: DialClients;
  clock?: Clock;
  limits?: DialLimits;
}

export function createDialler({ config, log, ...parts }: DiallerParts): Dialler {
  const { clients = clientsOf(config.livekit), clock = systemClock } = parts;
  const { limits = limitsFor(config, clock) } = parts;
  return {
    async dial(order, signal) {
      const setup = await loadSetup(config.phone.setup);
      return placeCall(order, { clients, setup, agent: config.agent, limits, clock, log, signal });
    },
  };
}

/** Counted with all others on this machine that call through this LiveKit. */
export const limitsFor = ({ livekit }: Pick<Config, 'livekit'>, clock: Clock = systemClock): DialLimits =>
  new DialLimits(sharedPlacedCalls(livekit.url, clock));

/** They never fail over to other hosts: calls stay on the configured server. */
function clientsOf({ url, apiKey, apiSecret }: Config['livekit']): DialClients {
  const options = { failover: false };
  return {
    rooms: new RoomServiceClient(url, apiKey, apiSecret, options),
    dispatches: new AgentDispatchClient(url, apiKey, apiSecret, options),
    sip: new SipClient(url, apiKey, apiSecret, options),
  };
}
