import type { SipClient } from 'livekit-server-sdk';

/** JSON of LiveKit's API. */
export type JsonObject = Record<string, unknown>;

/** The part of LiveKit's API that trunks and rules are made equal by. */
export type SipApi = Pick<
  SipClient,
  | 'listSipInboundTrunk'
  | 'listSipOutboundTrunk'
  | 'listSipDispatchRule'
  | 'createSipInboundTrunk'
  | 'createSipOutboundTrunk'
  | 'createSipDispatchRule'
  | 'updateSipInboundTrunk'
  | 'updateSipOutboundTrunk'
  | 'updateSipDispatchRule'
  | 'deleteSipTrunk'
  | 'deleteSipDispatchRule'
>;
