import { SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo } from 'livekit-server-sdk';
import type { JsonObject } from './livekit-objects.ts';
import { spellings } from './numbers.ts';
import type { InboundTrunk, OutboundTrunk, PhoneNumber, PhoneSetup } from './setup.ts';

export type Kind = 'inbound trunk' | 'outbound trunk' | 'dispatch rule';

/** What there should be at LiveKit, as its JSON; a rule still names its trunk, whose id only LiveKit knows. */
export interface Wanted {
  kind: Kind;
  name: string;
  json: JsonObject;
  /** Of a rule. */
  trunk?: string;
}

export interface WantedParts {
  setup: PhoneSetup;
  /** That calls are dispatched to (`AGENT_NAME`). */
  agentName: string;
  /** The password of a trunk. @throws AppError when it cannot be read. */
  password(auth: NonNullable<InboundTrunk['auth']>): string;
}

/** Marks what is ours: nothing else is ever changed or deleted. */
export const OWNER = 'voice-agent sip apply';

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)}s`;

/** Trunks and dispatch rules of a set-up. Rules always name a trunk: one that names none lets anybody make rooms (livekit/sip#460). */
export function wantedOf(parts: WantedParts): Wanted[] {
  const { setup } = parts;
  return [
    ...Object.entries(setup.numbers).flatMap(([e164, number]) => inboundTrunk(e164, number, parts)),
    ...Object.entries(setup.outbound).map(([name, trunk]) => outboundTrunk(name, trunk, parts)),
    ...Object.entries(setup.numbers).map(([e164, number]) => dispatchRule(e164, number, parts)),
  ];
}

function credentials({ auth }: Pick<InboundTrunk, 'auth'>, { password }: WantedParts): JsonObject {
  return auth ? { authUsername: auth.username, authPassword: password(auth) } : {};
}

/**
 * One for each number: livekit-server compares a trunk's numbers with and without the plus sign, those of a rule as text, and refuses a
 * rule that names both spellings (protocol v1.48.2, sip/sip.go `MatchTrunkDetailed`, `DispatchRuleValidator`).
 */
function inboundTrunk(e164: string, number: PhoneNumber, parts: WantedParts): Wanted[] {
  const { inbound, dialling } = parts.setup;
  const trunk = inbound[number.trunk];
  if (!trunk) return [];
  const name = trunkName(e164, number);
  const isX = Object.keys(number.headers).every((header) => /^x-/i.test(header));
  const json = SIPInboundTrunkInfo.fromJson({
    ...{ name, metadata: OWNER, numbers: spellings(e164, dialling) },
    allowedAddresses: trunk.allowedAddresses,
    ...(credentials(trunk, parts) as object),
    includeHeaders: isX ? 'SIP_X_HEADERS' : 'SIP_ALL_HEADERS',
    ringingTimeout: seconds(trunk.ringingTimeoutMs),
    maxCallDuration: seconds(trunk.maxCallMs),
    media: { mediaTimeout: seconds(trunk.mediaTimeoutMs) },
  }).toJson() as JsonObject;
  return [{ kind: 'inbound trunk', name, json }];
}

const trunkName = (e164: string, { trunk }: PhoneNumber): string => `${trunk} ${e164}`;

function outboundTrunk(name: string, trunk: OutboundTrunk, parts: WantedParts): Wanted {
  return {
    ...{ kind: 'outbound trunk', name },
    json: SIPOutboundTrunkInfo.fromJson({
      ...{ name, metadata: OWNER, address: trunk.address, numbers: trunk.numbers },
      transport: `SIP_TRANSPORT_${trunk.transport.toUpperCase()}`,
      ...credentials(trunk, parts),
      includeHeaders: 'SIP_X_HEADERS',
    }).toJson() as JsonObject,
  };
}

function dispatchRule(e164: string, number: PhoneNumber, { setup, agentName }: WantedParts): Wanted {
  return {
    ...{ kind: 'dispatch rule', name: e164, trunk: trunkName(e164, number) },
    json: SIPDispatchRuleInfo.fromJson({
      ...{ name: e164, metadata: OWNER },
      rule: { dispatchRuleIndividual: { roomPrefix: roomPrefix(e164) } },
      roomConfig: { agents: [{ agentName, metadata: dispatchMetadata(e164, number, setup) }] },
    }).toJson() as JsonObject,
  };
}

/** Rooms of the calls to a number begin so. */
export const roomPrefix = (e164: string): string => `phone-${e164.slice(1)}-`;

/** What the agent is told of the number that was called: everything about it travels with the call. */
function dispatchMetadata(e164: string, number: PhoneNumber, { dialling }: PhoneSetup): string {
  const { prompt, variables, language, callers, headers, hours } = number;
  return JSON.stringify({
    prompt,
    variables,
    phone: { number: e164, dialling, language, callers, headers, hours },
  });
}
