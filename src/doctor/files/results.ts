import type { Result } from '../check.ts';
import type { ObjectRemark } from '../objects/world.ts';
import { LIVEKIT } from './keys.ts';
import type { Remark } from './remark.ts';
import type { YamlText } from './yaml-text.ts';

const RESULT = { cause: '', fix: '', ms: 0 };

export function told(where: string, name: string, { verdict, line, key, happens, fix }: Remark): Result {
  const evidence = `${name}:${line} ${key}`;
  return { ...RESULT, id: `files.${key}`, verdict, proves: where, evidence, cause: happens, fix };
}

/** @param name - of its file. */
export function toldOfObject(
  { rule, verdict, object, path, happens, fix }: ObjectRemark,
  name: string,
): Result {
  const proves = `${name}, ${object.kind} ${object.name}`;
  return { ...RESULT, id: `files.${rule}`, verdict, proves, evidence: object.at(path), cause: happens, fix };
}

export function fine(
  where: string,
  evidence = `livekit-server ${LIVEKIT.version} starts with it, and nothing stands out`,
): Result {
  const id = where === 'manifests' ? 'files.manifests' : 'files.livekit';
  return { ...RESULT, id, verdict: 'ok', proves: where, evidence };
}

export function broken(name: string, { line, text }: { line: number; text: string }): Result {
  const fix = 'mend the YAML there: often an indentation, a tab, or a text with a colon that needs quotes';
  return {
    ...RESULT,
    id: 'files.yaml',
    verdict: 'fail',
    proves: name,
    evidence: `${name}:${line} ${text}`,
    fix,
  };
}

/** Of a file that is not judged at all. */
export function unfit(name: string, { text, fix }: { text: string; fix: string }): Result {
  return { ...RESULT, id: 'files.yaml', verdict: 'fail', proves: name, evidence: `${name}: ${text}`, fix };
}

export function untouched(name: string): Result {
  const fix = 'render it first, such as by `helm template`, and name the folder of what comes out';
  return {
    ...RESULT,
    id: 'files.yaml',
    verdict: 'skip',
    proves: name,
    evidence: '',
    cause: 'a template, not YAML',
    fix,
  };
}

export function unread(document: YamlText): Remark {
  return {
    verdict: 'warn',
    line: document.lineOf([]),
    key: '---',
    happens: 'livekit-server reads the first document of a file alone: nothing of this one counts',
    fix: 'remove the line --- above it',
  };
}

/** The last line: how many configurations there are, and what is wrong with how many. */
export function summaryOf(results: readonly Result[]): string {
  const count = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict).length;
  const places = new Set(results.map(({ proves }) => proves)).size;
  return `${places} place(s) judged by livekit-server ${LIVEKIT.version}: ${count('fail')} fault(s), ${count('warn')} warning(s)`;
}
