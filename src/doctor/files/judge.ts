import { AppError } from '../../errors.ts';
import type { Result } from '../check.ts';
import { judgeAdvice } from './advice-rules.ts';
import { findLiveKit } from './find-livekit.ts';
import { readYamlFiles, type TextFile } from './folder.ts';
import { LIVEKIT } from './keys.ts';
import { LiveKitFile } from './livekit-file.ts';
import { judgeMedia } from './media-rules.ts';
import type { Remark } from './remark.ts';
import { judgeShape } from './shape.ts';
import { judgeStart } from './start-rules.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/**
 * Says of each configuration of livekit-server in a folder (or in one file) what the server refuses, and what callers
 * meet though it starts. One result a remark, one `ok` a configuration without any.
 *
 * @throws AppError when there is nothing to judge.
 */
export async function judgeFiles(path: string): Promise<Result[]> {
  const files = await readYamlFiles(path);
  const isLenient = files.some(({ text }) => text.includes('--disable-strict-config'));
  const results = files.flatMap((file) => judgeFile(file, isLenient));
  if (results.length > 0) return results;
  throw new AppError(`${path}: no configuration of livekit-server among ${files.length} YAML file(s)`, {
    hint: 'name the folder of livekit.yaml, of a ConfigMap that holds it, or of the values of LiveKit’s Helm chart',
  });
}

function judgeFile({ name, text }: TextFile, isLenient: boolean): Result[] {
  const documents = readYaml(text);
  return documents.flatMap((document, index) => {
    const { problem } = document;
    if (problem) return [isTemplate(text) ? templated(name) : broken(name, problem)];
    return findLiveKit(document).flatMap(({ within, text: found, firstLine, isHelmValues = false }) => {
      const where = within === undefined ? name : `${name}, ${within}`;
      const remarks = judgeLiveKit(found, { isStrict: !isLenient && !isHelmValues }).map((remark) => ({
        ...remark,
        line: remark.line + firstLine,
      }));
      if (within === undefined && documents.length > 1 && index > 0) remarks.push(unread(document));
      return remarks.length === 0 ? [fine(where)] : remarks.map((remark) => told(where, name, remark));
    });
  });
}

/** All that is said of one configuration. */
export function judgeLiveKit(text: YamlText, { isStrict = true } = {}): Remark[] {
  const file = new LiveKitFile(text);
  for (const judge of [judgeStart, judgeMedia, judgeAdvice]) judge(file);
  return [...judgeShape(text, { isStrict }), ...file.remarks];
}

const RESULT = { cause: '', fix: '', ms: 0 };

function told(where: string, name: string, { verdict, line, key, happens, fix }: Remark): Result {
  return {
    ...RESULT,
    id: `files.${key}`,
    verdict,
    proves: where,
    evidence: `${name}:${line} ${key}`,
    cause: happens,
    fix,
  };
}

function fine(where: string): Result {
  const evidence = `livekit-server ${LIVEKIT.version} starts with it, and nothing stands out`;
  return { ...RESULT, id: 'files.livekit', verdict: 'ok', proves: where, evidence };
}

function broken(name: string, { line, text }: { line: number; text: string }): Result {
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

function templated(name: string): Result {
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

function isTemplate(text: string): boolean {
  return text.includes('{{');
}

function unread(document: YamlText): Remark {
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
  return `${places} file(s) judged by livekit-server ${LIVEKIT.version}: ${count('fail')} fault(s), ${count('warn')} warning(s)`;
}
