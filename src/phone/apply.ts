import { SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo } from 'livekit-server-sdk';
import { AppError, messageOf } from '../errors.ts';
import { OWNER, type Wanted, type WantedParts, wantedOf } from './desired.ts';
import type { SipApi } from './livekit-objects.ts';
import { planSteps, presentAt, type Step } from './plan.ts';

/** No trunk has this id: a rule that is being made matches no call before it is whole. */
const NO_TRUNK = 'ST_none-yet';

export interface ApplyParts extends WantedParts {
  api: SipApi;
  /** Hears of each step before it is taken. */
  onStep?(step: Step): void;
}

/** What has to be done to make LiveKit's trunks and rules equal to a set-up. */
export async function planSetup(parts: ApplyParts): Promise<Step[]> {
  return planSteps(wantedOf(parts), await presentAt(parts.api));
}

/**
 * Makes LiveKit's trunks and dispatch rules equal to a set-up. Done twice, the second time does nothing.
 *
 * @throws AppError that names the object which LiveKit refused; those before it are done, and the next run goes on.
 */
export async function applySetup(parts: ApplyParts): Promise<Step[]> {
  const { api, onStep } = parts;
  const steps = await planSetup(parts);
  for (const step of steps) {
    onStep?.(step);
    try {
      await take(step, api);
    } catch (cause) {
      const what = `LiveKit refused to ${step.action} the ${step.kind} ${step.name}: ${messageOf(cause)}`;
      throw new AppError(what, { cause, hint: 'with --dry-run it is only said what would be done' });
    }
  }
  return steps;
}

async function take({ action, kind, id = '', wanted }: Step, api: SipApi): Promise<void> {
  if (action === 'delete') {
    await (kind === 'dispatch rule' ? api.deleteSipDispatchRule(id) : api.deleteSipTrunk(id));
  } else if (wanted) {
    await put(wanted, action === 'create' ? await create(wanted, api) : id, api);
  }
}

/** The SDK's calls that create know not every field: what they leave out, the update that follows brings. */
async function create({ kind, name, json }: Wanted, api: SipApi): Promise<string> {
  if (kind === 'inbound trunk') {
    const { numbers, allowedAddresses, authUsername, authPassword, metadata } = SIPInboundTrunkInfo.fromJson(
      json as never,
    );
    const made = await api.createSipInboundTrunk(name, numbers, {
      ...{ allowedAddresses, authUsername, authPassword, metadata },
    });
    return made.sipTrunkId;
  }
  if (kind === 'outbound trunk') {
    const { address, numbers, transport, metadata } = SIPOutboundTrunkInfo.fromJson(json as never);
    const made = await api.createSipOutboundTrunk(name, address, numbers, { transport, metadata });
    return made.sipTrunkId;
  }
  const { metadata } = SIPDispatchRuleInfo.fromJson(json as never);
  const prefix = `${NO_TRUNK}-`;
  const made = await api.createSipDispatchRule(
    { type: 'individual', roomPrefix: prefix },
    { name, metadata, trunkIds: [NO_TRUNK] },
  );
  return made.sipDispatchRuleId;
}

async function put({ kind, json, trunk }: Wanted, id: string, api: SipApi): Promise<void> {
  if (kind === 'inbound trunk')
    await api.updateSipInboundTrunk(id, SIPInboundTrunkInfo.fromJson(json as never));
  else if (kind === 'outbound trunk')
    await api.updateSipOutboundTrunk(id, SIPOutboundTrunkInfo.fromJson(json as never));
  else {
    const present = await presentAt(api);
    const found = present.find(
      (one) => one.kind === 'inbound trunk' && one.name === trunk && isOurs(one.json),
    );
    const info = SIPDispatchRuleInfo.fromJson({ ...json, trunkIds: [found?.id ?? NO_TRUNK] } as never);
    await api.updateSipDispatchRule(id, info);
  }
}

const isOurs = ({ metadata }: { metadata?: unknown }): boolean => metadata === OWNER;
