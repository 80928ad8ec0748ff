import { AppError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../openai/extra-body.ts';
import type { Result } from '../check.ts';
import { Manifest } from '../objects/manifest.ts';
import { OBJECT_RULES } from '../objects/rules.ts';
import { remarksOf, worldOf } from '../objects/world.ts';
import { pathText } from '../tree.ts';
import { findLiveKit, isManifest } from './find-livekit.ts';
import { readTextFiles, type TextFile } from './folder.ts';
import { judgeLiveKit } from './livekit-rules.ts';
import { judgeProse, judgeSeries } from './prose.ts';
import { broken, fine, told, toldOfObject, unfit, unread, untouched } from './results.ts';
import { judgeTexts } from './unquoted.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

interface ReadFile extends TextFile {
  documents: readonly YamlText[];
}

/**
 * Says of each configuration of livekit-server in a folder (or in one file) what the server refuses, and what callers
 * meet though it starts; of the manifests beside it, what keeps callers from media and signalling; of documents, what
 * they say that livekit-server does not do. One result a remark, one `ok` a configuration without any, one for all
 * manifests.
 *
 * @throws AppError when there is nothing to judge.
 */
export async function judgeFiles(path: string): Promise<Result[]> {
  const files = (await readTextFiles(path)).map((file) => ({
    ...file,
    documents: file.isProse ? [] : readYaml(file.text),
  }));
  const isLenient = files.some(({ text }) => text.includes('--disable-strict-config'));
  const results = [...files.flatMap((file) => judgeFile(file, isLenient)), ...judgeManifests(files)];
  if (results.length > 0) return results;
  const yaml = files.filter(({ isProse }) => !isProse).length;
  throw new AppError(
    `${path}: ${yaml === 0 ? 'no YAML file' : `no configuration of livekit-server, and no Gateway, route or Service, among ${yaml} YAML file(s)`}`,
    {
      hint: 'name the folder of livekit.yaml, of a ConfigMap that holds it, of the values of LiveKit’s Helm chart, or of your manifests',
    },
  );
}

function judgeFile(file: ReadFile, isLenient: boolean): Result[] {
  const { name, text, documents, problem } = file;
  if (problem) return file.isProse ? [] : [unfit(name, problem)];
  if (file.isProse) return judgeProse(text).map((remark) => told(name, name, remark));
  // Helm's templates break in many places at once: one line for the file.
  if (documents.some(({ isTemplate }) => isTemplate)) return [untouched(name)];
  return documents.flatMap((document, index) => {
    if (document.problem) return [broken(name, document.problem)];
    const series = judgeSeries(document).map((remark) => told(name, name, remark));
    return [...judgeConfigs(name, document, { isLenient, isFirst: index === 0 }), ...series];
  });
}

function judgeConfigs(
  name: string,
  document: YamlText,
  { isLenient, isFirst }: { isLenient: boolean; isFirst: boolean },
): Result[] {
  return findLiveKit(document).flatMap(({ within, text, firstLine, isHelmValues = false }) => {
    const where = within === undefined ? name : `${name}, ${within}`;
    const remarks = judgeLiveKit(text, { isStrict: !isLenient && !isHelmValues }).map((remark) => ({
      ...remark,
      line: remark.line + firstLine,
    }));
    if (within === undefined && !isFirst) remarks.push(unread(document));
    return remarks.length === 0 ? [fine(where)] : remarks.map((remark) => told(where, name, remark));
  });
}

/** Kinds of which something is said in any case: others count only beside them. */
const JUDGED = [
  'Gateway',
  'GatewayClass',
  'GatewayConfig',
  'UDPRoute',
  'HTTPRoute',
  'Service',
  'NetworkPolicy',
];

/** All files at once: what one says has to fit what others say. */
function judgeManifests(files: readonly ReadFile[]): Result[] {
  const found = files.flatMap(({ name, documents }) =>
    documents.flatMap((document) =>
      objectsIn(document).map(({ value, below }) => {
        const object = new Manifest(
          value,
          (path) => `${name}:${document.lineOf([...below, ...path])} ${pathText(path)}`,
        );
        return { object, name, document, below };
      }),
    ),
  );
  const texts = found.flatMap((one) => judgeTexts(one.object, one.document, one.below));
  const world = worldOf(found.map(({ object }) => object));
  const remarks = [...texts, ...remarksOf(world, OBJECT_RULES)];
  const nameOf = new Map(found.map(({ object, name }) => [object, name]));
  if (remarks.length > 0) return remarks.map((one) => toldOfObject(one, nameOf.get(one.object) ?? ''));
  const counts = JUDGED.flatMap((kind) => {
    const count = world.all(kind).length;
    return count === 0 ? [] : `${count} ${kind}`;
  });
  return counts.length === 0 ? [] : [fine('manifests', `nothing stands out: ${counts.join(', ')}`)];
}

/** Objects of a document, those of a `List` too; `below` is where they stand in it. */
function objectsIn({ value }: YamlText): { value: JsonObject; below: readonly (string | number)[] }[] {
  if (!isObject(value) || !isManifest(value)) return [];
  if (!Array.isArray(value.items)) return [{ value, below: [] }];
  return value.items.flatMap((item, index) =>
    isObject(item) && isManifest(item) ? [{ value: item, below: ['items', index] }] : [],
  );
}
