import { AppError } from '../../../src/errors.ts';
import type { Api } from '../api.ts';

export type Data = Record<string, Buffer>;

export type DataKind = 'configmaps' | 'secrets';

/** What a ConfigMap or a Secret of the pod's namespace holds; `undefined` when there is none of that name. */
export type ReadData = (kind: DataKind, name: string) => Promise<Data | undefined>;

interface DataObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** Asks the API each time: a pod starts with what is there then. */
export function readDataFrom(api: Api, namespace: string): ReadData {
  return async (kind, name) => {
    const found = await api.get<DataObject>(`/api/v1/namespaces/${namespace}/${kind}/${name}`);
    return found && dataOf(kind, found);
  };
}

function dataOf(kind: DataKind, { data = {}, binaryData = {} }: DataObject): Data {
  const decode = (values: Record<string, string>, encoding: BufferEncoding) =>
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value, encoding)] as const);
  const encoding = kind === 'secrets' ? 'base64' : 'utf8';
  return Object.fromEntries([...decode(data, encoding), ...decode(binaryData, 'base64')]);
}

export const textOf = (value: Buffer): string => value.toString('utf8');

export function missing(kind: string, name: string, key?: string): AppError {
  return new AppError(`${kind} ${name}${key === undefined ? '' : ` has no key ${key}, or`} does not exist`);
}
