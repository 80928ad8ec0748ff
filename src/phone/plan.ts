import { isDeepStrictEqual } from 'node:util';
import { type Kind, OWNER, type Wanted } from './desired.ts';
import type { JsonObject, SipApi } from './livekit-objects.ts';

/** One of LiveKit's trunks or rules that there is. */
export interface Present {
  kind: Kind;
  id: string;
  name: string;
  json: JsonObject;
}

export interface Step {
  action: 'create' | 'change' | 'delete';
  kind: Kind;
  name: string;
  /** Of what there is. */
  id?: string;
  wanted?: Wanted;
  /** What a change is in; of a secret only that. */
  changes: readonly string[];
}

/** Fields that LiveKit fills. */
const NOT_OURS = ['sipTrunkId', 'sipDispatchRuleId', 'createdAt', 'updatedAt'];

/** All trunks and rules of a LiveKit, ours and others'. */
export async function presentAt(api: SipApi): Promise<Present[]> {
  const [inbound, outbound, rules] = await Promise.all([
    api.listSipInboundTrunk(),
    api.listSipOutboundTrunk(),
    api.listSipDispatchRule(),
  ]);
  const trunk = (kind: Kind) => (info: (typeof inbound | typeof outbound)[number]) => ({
    ...{ kind, id: info.sipTrunkId, name: info.name, json: info.toJson() as JsonObject },
  });
  return [
    ...inbound.map(trunk('inbound trunk')),
    ...outbound.map(trunk('outbound trunk')),
    ...rules.map((info) => ({
      ...{ kind: 'dispatch rule' as const, id: info.sipDispatchRuleId, name: info.name },
      json: info.toJson() as JsonObject,
    })),
  ];
}

/**
 * What makes those that are ours equal to what is wanted: deletes first, since livekit-server refuses a second trunk with a number.
 *
 * @param present - others' are left alone, whatever their name.
 */
export function planSteps(wanted: readonly Wanted[], present: readonly Present[]): Step[] {
  const ours = present.filter(({ json }) => json.metadata === OWNER);
  const idOf = (kind: Kind, name: string) => ours.find((one) => one.kind === kind && one.name === name)?.id;
  const kept = new Set<string>();
  const steps = wanted.flatMap((want): Step[] => {
    const { kind, name } = want;
    const found = ours.find((one) => one.kind === kind && one.name === name && !kept.has(one.id));
    if (!found) return [{ action: 'create', kind, name, wanted: want, changes: [] }];
    kept.add(found.id);
    const trunkIds = want.trunk && { trunkIds: [idOf('inbound trunk', want.trunk) ?? ''] };
    const changes = differences(found.json, { ...want.json, ...trunkIds });
    return changes.length > 0 ? [{ action: 'change', kind, name, id: found.id, wanted: want, changes }] : [];
  });
  const stale = ours.filter(({ id }) => !kept.has(id));
  const deletes = stale.map(
    ({ kind, name, id }): Step => ({ action: 'delete', kind, name, id, changes: [] }),
  );
  const order = (step: Step) => (step.kind === 'dispatch rule' ? 0 : 1);
  return [...deletes.sort((a, b) => order(a) - order(b)), ...steps];
}

function differences(found: JsonObject, wanted: JsonObject): string[] {
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])];
  return keys
    .filter((key) => !NOT_OURS.includes(key) && !isDeepStrictEqual(found[key], wanted[key]))
    .map((key) => (key === 'authPassword' ? key : `${key}: ${shown(found[key])} → ${shown(wanted[key])}`));
}

const shown = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));

/** A plan for people to read; it says that there is nothing to do. */
export function describePlan(steps: readonly Step[]): string {
  if (steps.length === 0) return 'LiveKit’s trunks and dispatch rules are as the file says.';
  return steps
    .map(({ action, kind, name, changes }) =>
      [`${action} ${kind} ${name}`, ...changes.map((change) => `    ${change}`)].join('\n'),
    )
    .join('\n');
}
