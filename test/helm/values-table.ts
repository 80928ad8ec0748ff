import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** Values under one comment: neighbours without a comment of their own share it. */
interface Entry {
  paths: string[];
  /** As YAML in one line, one for each path; none for the heading of a group. */
  defaults: string[];
  doc: string;
}

/**
 * The Markdown table of a values.yaml: each comment with the values that follow it, and a section for each top key that
 * has several.
 */
export function valuesTable(yaml: string): string {
  const { contents } = parseDocument(yaml);
  const entries = isMap(contents) ? walk(contents, '') : [];
  const lines = ['| Value | Default | What |', '|---|---|---|'];
  for (const { paths, defaults, doc } of entries) {
    const names = paths.map((path) => `\`${path}\``).join('<br>');
    const fallback = defaults.map((text) => (text === '' ? '–' : `\`${text}\``)).join('<br>');
    lines.push(
      `| ${defaults.length === 0 ? `**${names}**` : names} | ${fallback} | ${doc.replaceAll('|', '\\|')} |`,
    );
  }
  return lines.join('\n');
}

/** Paths that no comment explains. */
export function undocumented(yaml: string): string[] {
  const { contents } = parseDocument(yaml);
  return isMap(contents) ? walk(contents, '').flatMap(({ paths, doc }) => (doc ? [] : paths)) : [];
}

function walk(map: YAMLMap, prefix: string): Entry[] {
  const entries: Entry[] = [];
  map.items.forEach((pair, index) => {
    if (!isScalar(pair.key)) return;
    const path = prefix + String(pair.key.value);
    const doc = commentOf(map, pair, index);
    const { value } = pair;
    const last = entries.at(-1);
    if (isMap(value) && !value.flow) {
      entries.push({ paths: [path], defaults: [], doc }, ...walk(value, `${path}.`));
    } else if (!doc && last && last.defaults.length > 0) {
      last.paths.push(path);
      last.defaults.push(inOneLine(value));
    } else {
      entries.push({ paths: [path], defaults: [inOneLine(value)], doc });
    }
  });
  return entries;
}

const inOneLine = (value: unknown) => JSON.stringify(JSON.parse(JSON.stringify(value))).replace(/^"|"$/g, '');

/** The parser hangs the comment of a map's first key on the map itself. */
function commentOf(map: YAMLMap, pair: Pair, index: number): string {
  const above = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const text = (index === 0 ? map.commentBefore : undefined) ?? above ?? '';
  return text.split('\n').join(' ').replace(/\s+/g, ' ').trim();
}
