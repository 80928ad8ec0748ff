import { AppError } from '../../../src/errors.ts';
import { type DataKind, missing, type ReadData } from './objects.ts';
import type { KeyToPath, Projection, Volume } from './types.ts';

/** A file of a volume; `path` is from the volume's folder. */
export interface VolumeFile {
  path: string;
  content: Buffer;
  mode: number;
}

export interface ProjectionSources {
  read: ReadData;
  field(path: string): string;
  token(request: { audience?: string; expirationSeconds?: number }): Promise<string>;
  /** Set, its members can read every file. */
  fsGroup: number | undefined;
}

/**
 * The files that a ConfigMap, Secret or projected volume is made of, in this order of sources: later ones win.
 * `undefined` for a volume that the pod itself fills.
 *
 * @throws AppError when something that is not optional is missing, or this kubelet does not know the kind of volume.
 */
export async function filesOf(volume: Volume, sources: ProjectionSources): Promise<VolumeFile[] | undefined> {
  if (volume.emptyDir) return undefined;
  const { configMap, secret, projected } = volume;
  const defaultMode = (configMap ?? secret ?? projected)?.defaultMode ?? 0o644;
  const parts: Projection[] = [
    ...(configMap ? [{ configMap }] : []),
    ...(secret ? [{ secret: { ...secret, name: secret.secretName } }] : []),
    ...(projected?.sources ?? []),
  ];
  if (parts.length === 0) {
    const kinds = Object.keys(volume).filter((key) => key !== 'name');
    throw new AppError(`volume ${volume.name} is of a kind that this kubelet does not know: ${kinds}`);
  }
  const files = new Map<string, VolumeFile>();
  for (const part of parts) {
    for (const { path, content, mode = defaultMode } of await filesOfPart(part, sources)) {
      const readable = sources.fsGroup === undefined ? mode : mode | 0o440;
      files.set(path, { path, content, mode: readable });
    }
  }
  return [...files.values()];
}

type UnfinishedFile = Omit<VolumeFile, 'mode'> & { mode?: number | undefined };

async function filesOfPart(part: Projection, sources: ProjectionSources): Promise<UnfinishedFile[]> {
  if (part.configMap) return filesOfData('configmaps', part.configMap, sources.read);
  if (part.secret) return filesOfData('secrets', part.secret, sources.read);
  if (part.serviceAccountToken) {
    const { path, ...request } = part.serviceAccountToken;
    return [{ path, content: Buffer.from(await sources.token(request)) }];
  }
  return (part.downwardAPI?.items ?? []).map(({ path, fieldRef, mode }) => {
    return { path, content: Buffer.from(sources.field(fieldRef.fieldPath)), mode };
  });
}

async function filesOfData(
  kind: DataKind,
  { name, items, optional }: { name: string; items?: KeyToPath[]; optional?: boolean },
  read: ReadData,
): Promise<UnfinishedFile[]> {
  const data = await read(kind, name);
  if (!data && !optional) throw missing(kind, name);
  const wanted: KeyToPath[] = items ?? Object.keys(data ?? {}).map((key) => ({ key, path: key }));
  return wanted.flatMap(({ key, path, mode }) => {
    const content = data?.[key];
    if (!content && !optional) throw missing(kind, name, key);
    return content ? [{ path, content, mode }] : [];
  });
}
