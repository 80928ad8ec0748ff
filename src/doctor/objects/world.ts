import type { Remark } from '../files/remark.ts';
import type { Path } from '../tree.ts';
import { isSameNamespace, type Manifest } from './manifest.ts';
import { type LiveKitSetup, liveKitSetups } from './setups.ts';

/** What is said of an object. */
export interface ObjectRemark extends Pick<Remark, 'verdict' | 'happens' | 'fix'> {
  /** Stable, for scripts: `udproute-ports`. */
  rule: string;
  object: Manifest;
  /** What of it is to be changed. */
  path: Path;
}

export type Say = (remark: ObjectRemark) => void;

/** All objects that are known: those of a folder, or of a cluster. */
export interface World {
  readonly objects: readonly Manifest[];
  /** Each kind of pods that livekit-server runs in, with its configuration. */
  readonly liveKits: readonly LiveKitSetup[];
  all(kind: string): Manifest[];
  /** The one that is meant from within a namespace. */
  find(kind: string, name: string, namespace: string): Manifest | undefined;
  /** Whether an object of this kind and namespace that is not here exists nowhere. */
  isWhole(kind: string, namespace: string): boolean;
}

/** @param isWhole - of what the objects are all there are; a folder never says. */
export function worldOf(objects: readonly Manifest[], isWhole: World['isWhole'] = () => false): World {
  const all = (kind: string) => objects.filter((object) => object.kind === kind);
  return {
    objects,
    liveKits: liveKitSetups(objects),
    all,
    find: (kind, name, namespace) =>
      all(kind).find((object) => object.name === name && isSameNamespace(object.namespace, namespace)),
    isWhole,
  };
}

export type Rule = (world: World, say: Say) => void;

/** What rules say of a world, in their order. */
export function remarksOf(world: World, rules: readonly Rule[]): ObjectRemark[] {
  const remarks: ObjectRemark[] = [];
  for (const rule of rules) rule(world, (remark) => remarks.push(remark));
  return remarks;
}
