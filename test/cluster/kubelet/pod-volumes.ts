import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Api } from '../api.ts';
import { readDataFrom } from './objects.ts';
import { filesOf } from './projection.ts';
import type { Mount } from './root.ts';
import type { Container, Pod } from './types.ts';
import { makeEmptyDir, publishFiles } from './volumes.ts';

interface PodVolumesOptions {
  api: Api;
  pod: Pod;
  /** Folder that holds them. */
  dir: string;
  field(path: string): string;
}

/** A pod's volumes as folders of the node. */
export function createPodVolumes({ api, pod, dir, field }: PodVolumesOptions) {
  const { metadata, spec } = pod;
  const { fsGroup } = spec.securityContext ?? {};
  const namespace = `/api/v1/namespaces/${metadata.namespace}`;
  const tokens = new Map<string, Promise<string>>();

  const requestToken = async (request: object): Promise<string> => {
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: metadata.name, uid: metadata.uid };
    const path = `${namespace}/serviceaccounts/${spec.serviceAccountName ?? 'default'}/token`;
    const answer = await api.create(path, { spec: { audiences: [], ...request, boundObjectRef } });
    return (answer as unknown as { status: { token: string } }).status.token;
  };

  /** One for the pod's life: it is good for an hour. */
  const token = (request: object): Promise<string> => {
    const key = JSON.stringify(request);
    const known = tokens.get(key) ?? requestToken(request);
    tokens.set(key, known);
    return known;
  };

  return {
    /**
     * Brings them to what the API holds: what changed is seen by the containers at once.
     *
     * @throws AppError when something that is not optional is missing.
     */
    async publish(): Promise<void> {
      const sources = { read: readDataFrom(api, metadata.namespace), field, token, fsGroup };
      for (const volume of spec.volumes ?? []) {
        const files = await filesOf(volume, sources);
        const target = join(dir, volume.name);
        if (files) await publishFiles(target, files, fsGroup);
        else await makeEmptyDir(target, fsGroup);
      }
    },
    /** A `subPath` is what it names at this moment: later changes do not reach it, as in a cluster. */
    mountsOf({ volumeMounts = [] }: Container): Mount[] {
      return volumeMounts.map(({ name, mountPath, readOnly, subPath }) => {
        const isWritable = spec.volumes?.some((volume) => volume.name === name && volume.emptyDir);
        const source = join(dir, name);
        return {
          source: subPath === undefined ? source : realpathSync(join(source, subPath)),
          target: mountPath,
          access: isWritable && !readOnly ? 'rw' : 'ro',
        };
      });
    },
  };
}

export type PodVolumes = ReturnType<typeof createPodVolumes>;
