import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Sources } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';

const PYPI = 'https://pypi.org/simple';
/** Of https://packaging.python.org/en/latest/specifications/simple-repository-api. */
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** Where packages come from, and with which credentials. */
export interface PipIndex {
  /** Without credentials or a slash at its end. */
  url: string;
  authorization?: string;
}

/**
 * The index that pip would use: `PIP_INDEX_URL`, else `index-url` of its files
 * (https://pip.pypa.io/en/stable/topics/configuration), else PyPI. pip itself may be missing here.
 *
 * @throws AppError where pip is told to use no index.
 */
export function pipIndex({ env, read }: Sources): PipIndex {
  const options: Record<string, string> = {};
  for (const file of configFiles(env)) Object.assign(options, readOptions(read(file) ?? ''));
  const noIndex = env.PIP_NO_INDEX ?? options['no-index'] ?? '';
  if (/^(1|true|yes|on)$/i.test(noIndex)) throw new AppError('pip is told to use no index (no-index)');
  const given = env.PIP_INDEX_URL || options['index-url'] || PYPI;
  if (!URL.canParse(given)) throw new AppError(`pip's index-url is no URL: ${hideUrlSecrets(given)}`);
  const url = new URL(given);
  const credentials = [url.username, url.password].map(decodeURIComponent).join(':');
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/$/, ''),
    ...(credentials !== ':' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

/** Later ones win. */
function configFiles(env: Sources['env']): string[] {
  const chosen = env.PIP_CONFIG_FILE;
  if (chosen === '/dev/null') return [];
  const home = env.HOME || homedir();
  return [
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
    join(home, '.pip', 'pip.conf'),
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip', 'pip.conf'),
    ...(env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, 'pip.conf')] : []),
    ...(chosen ? [chosen] : []),
  ];
}

/** Of `[global]` and, which wins, `[download]`. */
function readOptions(text: string): Record<string, string> {
  const sections: Record<string, Record<string, string>> = { global: {}, download: {} };
  let section: Record<string, string> | undefined;
  for (const line of text.split('\n')) {
    const heading = /^\[([^\]]*)\]/.exec(line)?.[1];
    if (heading !== undefined) section = sections[heading.trim()];
    const at = line.search(/[=:]/);
    if (heading === undefined && section && at > 0 && !/^\s*[#;]/.test(line)) {
      section[line.slice(0, at).trim().replaceAll('_', '-')] = line.slice(at + 1).trim();
    }
  }
  return { ...sections.global, ...sections.download };
}

/**
 * Where the index has a file of a project.
 *
 * @throws AppError when it cannot be asked, or has no such file.
 */
export async function fileUrl(
  index: PipIndex,
  { project, name }: { project: string; name: string },
  get: typeof fetch,
  signal: AbortSignal,
): Promise<string> {
  const page = `${index.url}/${project}/`;
  const headers = { accept: `${JSON_TYPE}, text/html;q=0.5`, ...headersFor(index, page) };
  const answer = await get(page, { headers, signal });
  if (!answer.ok) throw new AppError(`${page} answered ${answer.status}`);
  const text = await answer.text();
  const found = answer.headers.get('content-type')?.includes('json')
    ? inJson(text, name)
    : inHtml(text, name);
  if (found === undefined) throw new AppError(`${page} has no ${name}`);
  return new URL(found, answer.url || page).href;
}

/** Credentials of the index, for its own host only. */
export function headersFor({ url, authorization }: PipIndex, target: string): Record<string, string> {
  const isOurs = new URL(target).origin === new URL(url).origin;
  return isOurs && authorization !== undefined ? { authorization } : {};
}

function inJson(text: string, name: string): string | undefined {
  const { files = [] } = JSON.parse(text) as { files?: { filename?: string; url?: string }[] };
  return files.find(({ filename }) => filename === name)?.url;
}

function inHtml(text: string, name: string): string | undefined {
  for (const [, href = ''] of text.matchAll(/<a\s[^>]*?href="([^"]*)"/g)) {
    const [url = ''] = href.replaceAll('&amp;', '&').split('#');
    if (decodeURIComponent(url.split('?')[0]?.split('/').at(-1) ?? '') === name) return url;
  }
  return undefined;
}
