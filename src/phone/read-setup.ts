import { type Document, LineCounter, parseDocument } from 'yaml';
import { explainIssue, keyOffset, type YamlFault } from '../config/yaml-faults.ts';
import { AppError, messageOf } from '../errors.ts';
import { type Dialling, toE164 } from './numbers.ts';
import { type PhoneNumber, type PhoneSetup, type SetupFile, setupSchema } from './setup.ts';

/**
 * Reads a set-up file of phones: `phone.example.yaml` beside this file shows all of it.
 *
 * @param file - its path, for errors.
 * @throws AppError that names every fault with its line, the value, and what is wanted.
 */
export function readSetup(file: string, yaml: string): PhoneSetup {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false });
  const refuse = (faults: readonly YamlFault[]): never => {
    const lines = faults
      .map(({ offset = 0, problem }) => ({ line: counter.linePos(offset).line, problem }))
      .sort((a, b) => a.line - b.line)
      .map(({ line, problem }) => `${file}:${line}: ${problem}`);
    throw new AppError(lines.join('\n'), { hint: 'src/phone/phone.example.yaml shows every key' });
  };
  const [syntax] = [...document.errors, ...document.warnings];
  if (syntax) refuse([{ offset: syntax.pos[0], problem: `YAML: ${syntax.message}` }]);
  const result = setupSchema.safeParse(valuesOf(document, refuse));
  if (!result.success)
    return refuse(
      result.error.issues.flatMap((issue) =>
        explainIssue(issue, document, { known: Object.keys(setupSchema.shape) }),
      ),
    );
  const faults: YamlFault[] = [];
  const setup = complete(result.data, (path, problem) =>
    faults.push({ offset: keyOffset(document, path), problem: `${path.join('.')}: ${problem}` }),
  );
  return faults.length > 0 ? refuse(faults) : setup;
}

function valuesOf(document: Document, refuse: (faults: readonly YamlFault[]) => never): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    return refuse([{ offset: 0, problem: `YAML: ${messageOf(error)}` }]);
  }
}

type Tell = (path: string[], problem: string) => void;

/** What no part says by itself: numbers are full ones, each stands once, and trunks that are named exist. */
function complete(file: SetupFile, tell: Tell): PhoneSetup {
  const { country, trunkPrefix, inbound, outbound } = file;
  const dialling = { country, trunkPrefix };
  const full = (written: string, path: string[]): string => {
    const e164 = toE164(written, dialling);
    if (e164 === undefined)
      tell(path, `want a full number such as "+60312345678"${whyNot(written, dialling)}`);
    return e164 ?? written;
  };
  const numbers: Record<string, PhoneNumber> = {};
  for (const [written, entry] of Object.entries(file.numbers)) {
    const path = ['numbers', written];
    const e164 = full(written, path);
    if (numbers[e164]) tell(path, `want each number once; ${e164} stands here twice`);
    numbers[e164] = {
      ...entry,
      trunk: trunkOf(entry.trunk, inbound, path, tell),
      callers: mapKeys(entry.callers, (caller) => full(caller, [...path, 'callers', caller])),
    };
  }
  for (const name of Object.keys(inbound))
    if (!Object.values(numbers).some(({ trunk }) => trunk === name))
      tell(
        ['inbound', name],
        'want at least one of numbers to name it: a trunk without numbers takes every call',
      );
  return {
    ...{ dialling, inbound, numbers },
    outbound: Object.fromEntries(
      Object.entries(outbound).map(([name, trunk]) => [
        name,
        { ...trunk, numbers: trunk.numbers.map((given) => full(given, ['outbound', name, 'numbers'])) },
      ]),
    ),
  };
}

function trunkOf(
  named: string | undefined,
  inbound: SetupFile['inbound'],
  path: string[],
  tell: Tell,
): string {
  const names = Object.keys(inbound);
  const trunk = named ?? (names.length === 1 ? names[0] : undefined);
  if (trunk !== undefined && names.includes(trunk)) return trunk;
  const got = named === undefined ? 'got none' : `got "${named}"`;
  tell(
    named === undefined ? path : [...path, 'trunk'],
    `want the name of a trunk of inbound (${names.join(', ') || 'there is none'}), ${got}`,
  );
  return '';
}

const whyNot = (written: string, { country }: Dialling): string =>
  country === undefined && /^\s*\d/.test(written)
    ? `, or set country for numbers without "+"; got "${written}"`
    : `, got "${written}"`;

const mapKeys = <T>(all: Record<string, T>, change: (key: string) => string): Record<string, T> =>
  Object.fromEntries(Object.entries(all).map(([key, value]) => [change(key), value]));
