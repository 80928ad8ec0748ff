import { expect, test } from 'vitest';
import { fileUrl, headersFor, pipIndex } from '../../../src/dev/fetch/pip-index.ts';

const sources = (env: Record<string, string>, files: Record<string, string> = {}) => ({
  env: { HOME: '/home/x', ...env },
  read: (path: string) => files[path],
});
const never = new AbortController().signal;

test('without a setting it is PyPI', () => {
  expect(pipIndex(sources({}))).toEqual({ url: 'https://pypi.org/simple' });
});

test("pip's own settings say where: the environment, else the last of its files", () => {
  const files = {
    '/etc/pip.conf': '[global]\nindex-url = https://etc/simple\n',
    '/home/x/.config/pip/pip.conf':
      '[install]\nindex-url=https://no\n[global]\n# a note\nindex_url: https://home/simple/\n',
  };
  expect(pipIndex(sources({}, files)).url).toBe('https://home/simple');
  expect(pipIndex(sources({ PIP_CONFIG_FILE: '/dev/null' }, files)).url).toBe('https://pypi.org/simple');
  expect(pipIndex(sources({ PIP_INDEX_URL: 'https://env/simple' }, files)).url).toBe('https://env/simple');
});

test('credentials of the index are sent to its host, and to no other', () => {
  const index = pipIndex(sources({ PIP_INDEX_URL: 'https://me:p%40ss@mirror/simple/' }));
  expect(index.url).toBe('https://mirror/simple');
  const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  expect(headersFor(index, 'https://mirror/files/a.whl')).toEqual({ authorization });
  expect(headersFor(index, 'https://elsewhere/a.whl')).toEqual({});
});

test('who told pip to use no index is obeyed; a wrong URL is named without its password', () => {
  expect(() => pipIndex(sources({ PIP_NO_INDEX: '1' }))).toThrow('pip is told to use no index');
  expect(() => pipIndex(sources({ PIP_INDEX_URL: 'mirror' }))).toThrow("pip's index-url is no URL: mirror");
});

test('an index answers JSON or HTML, and what it lacks is named', async () => {
  const file = { project: 'tiny', name: 'tiny-1.0.whl' };
  const answering = (body: string, type: string) => async () =>
    new Response(body, { headers: { 'content-type': type } });
  const index = { url: 'https://mirror/simple' };
  const json = answering(
    JSON.stringify({ files: [{ filename: file.name, url: '../../f/tiny-1.0.whl' }] }),
    'application/vnd.pypi.simple.v1+json',
  );
  expect(await fileUrl(index, file, json, never)).toBe('https://mirror/f/tiny-1.0.whl');
  const other = answering('<a href="https://cdn/tiny-1.1.whl#sha256=9">t</a>', 'text/html');
  await expect(fileUrl(index, file, other, never)).rejects.toThrow('has no tiny-1.0.whl');
  const plain = answering(
    '<a data-requires-python="x" href="https://cdn/x/tiny-1.0.whl?a=1&amp;b=2#sha256=9">t</a>',
    'text/html',
  );
  expect(await fileUrl(index, file, plain, never)).toBe('https://cdn/x/tiny-1.0.whl?a=1&b=2');
  const refusing = async () => new Response('', { status: 403 });
  await expect(fileUrl(index, file, refusing, never)).rejects.toThrow(
    'https://mirror/simple/tiny/ answered 403',
  );
});
