import { type Document, isMap, isNode, LineCounter, parseAllDocuments, visit } from 'yaml';

/** An alias bomb expands a few lines to millions. */
const MOST_ALIASES = 100;

/** One YAML document of a file, with the line of each of its values. */
export interface YamlText {
  readonly document: Document;
  /** What it says, as plain values; `undefined` when it is not YAML. */
  readonly value: unknown;
  /** Its first mistake, with its line. */
  readonly problem: { line: number; text: string } | undefined;
  /** Whether it holds `{{ … }}` of a template that was not rendered, which YAML takes for a key. */
  readonly isTemplate: boolean;
  /** The line, from 1, of the value at `path`; of the nearest that encloses it when there is none. */
  lineOf(path: readonly (string | number)[]): number;
}

/** Reads all documents of a text. Mistakes are told by `problem`; nothing is thrown. */
export function readYaml(text: string): YamlText[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return (Array.isArray(documents) ? documents : []).map((document) => {
    const lineAt = (offset: number) => lines.linePos(offset).line;
    const [mistake] = document.errors;
    const problem = mistake && {
      line: lineAt(mistake.pos[0]),
      text: mistake.message.split('\n', 1)[0] ?? '',
    };
    const isTemplate = text.includes('{{') && (problem !== undefined || hasKeyOfKeys(document));
    return {
      document,
      isTemplate,
      ...(isTemplate ? { value: undefined, problem: undefined } : plainValue(document, problem)),
      lineOf(path) {
        for (let length = path.length; length > 0; length -= 1) {
          const offset = offsetOf(document, path.slice(0, length));
          if (offset !== undefined) return lineAt(offset);
        }
        return lineAt(document.contents?.range?.[0] ?? 0);
      },
    };
  });
}

function hasKeyOfKeys(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair(_, { key }) {
      if (!isMap(key)) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function plainValue(document: Document, problem: YamlText['problem']): Pick<YamlText, 'value' | 'problem'> {
  if (problem) return { value: undefined, problem };
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }), problem };
  } catch (error) {
    return { value: undefined, problem: { line: 1, text: String(error) } };
  }
}

/** Of the key, where there is one: that is the line that is to be changed. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const last = path.at(-1);
  if (isMap(parent)) {
    const key = parent.items.find(({ key }) => String(key) === String(last))?.key;
    if (isNode(key)) return key.range?.[0];
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
