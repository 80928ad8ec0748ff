import { AppError } from '../../../errors.ts';
import { asDialled } from '../../numbers.ts';
import type { PhoneSetup } from '../../setup.ts';
import { chooseTrunk, DialRefused } from '../choose-trunk.ts';
import { type CsvRecord, csvRecords } from './csv.ts';
import { isTimezone, timezoneOf } from './timezone.ts';

/** One number of a list. */
export interface ListEntry {
  /** In the file. */
  line: number;
  /** As it is dialled. */
  number: string;
  prompt: string | undefined;
  variables: Readonly<Record<string, string>>;
  /** Of whoever is called. */
  timezone: string;
}

export interface ListParts {
  setup: PhoneSetup;
  /** Variables that each prompt has, by its name. */
  prompts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of lines that name none. */
  prompt: string;
  trunk?: string | undefined;
  /** Of numbers whose own is not known. */
  timezone?: string | undefined;
  /** Numbers that are not called, as they are dialled. */
  doNotCall: ReadonlySet<string>;
}

/** Columns that are no variables. */
const OWN = ['number', 'prompt', 'timezone'];
const MOST_FAULTS = 50;

/**
 * A list of calls: the header `number`, and `prompt`, `timezone` and variables of the prompt where wanted; a call a line.
 *
 * @param file - its path, for errors.
 * @returns without those that are not to be called.
 * @throws AppError that names every bad line; nothing is called then. Numbers stand in it: it is for whoever has the list.
 */
export function readList(file: string, text: string, parts: ListParts): ListEntry[] {
  const [header, ...records] = csvRecords(text);
  const faults: string[] = [];
  const tell = (line: number, problem: string) => faults.push(`${file}:${line}: ${problem}`);
  const columns = header?.fields.map((name) => name.trim()) ?? [];
  checkHeader(columns, parts, (problem) => tell(header?.line ?? 1, problem));
  const firstAt = new Map<string, number>();
  const entries = records.flatMap((record) => {
    const tellHere = (problem: string) => tell(record.line, problem);
    const entry = entryOf(record, columns, parts, tellHere);
    if (!entry) return [];
    const first = firstAt.get(entry.number);
    if (first !== undefined) tellHere(`${entry.number} stands in line ${first} already`);
    else firstAt.set(entry.number, record.line);
    return parts.doNotCall.has(entry.number) ? [] : [entry];
  });
  if (records.length === 0) tell(1, 'want at least one number below the header');
  if (faults.length === 0) return entries;
  const more = faults.length > MOST_FAULTS ? [`and ${faults.length - MOST_FAULTS} more`] : [];
  throw new AppError([...faults.slice(0, MOST_FAULTS), ...more].join('\n'), { hint: 'nobody was called' });
}

function checkHeader(
  columns: readonly string[],
  { prompts }: ListParts,
  tell: (problem: string) => void,
): void {
  if (!columns.includes('number')) {
    tell(`want a header with the column number, got ${columns.join(',').slice(0, 100) || 'nothing'}`);
    return;
  }
  for (const [index, column] of columns.entries()) {
    if (columns.indexOf(column) < index) tell(`the column ${column} stands here twice`);
    const isKnown = OWN.includes(column) || [...prompts.values()].some((variables) => variables.has(column));
    if (!isKnown) tell(`no prompt has the variable ${column || '(no name)'}`);
  }
}

function entryOf(
  { line, fields, problem }: CsvRecord,
  columns: readonly string[],
  parts: ListParts,
  tell: (problem: string) => void,
): ListEntry | undefined {
  if (problem) return void tell(problem);
  if (fields.length !== columns.length)
    return void tell(`want ${columns.length} fields as in the header, got ${fields.length}`);
  const cell = (name: string) => fields[columns.indexOf(name)]?.trim() || undefined;
  const prompt = cell('prompt') ?? parts.prompt;
  if (!parts.prompts.has(prompt))
    return void tell(`no prompt ${prompt}; known: ${[...parts.prompts.keys()].join(', ')}`);
  const number = numberOf(cell('number') ?? '', parts, tell);
  if (number === undefined) return undefined;
  const timezone = cell('timezone') ?? timezoneOf(number) ?? parts.timezone;
  if (timezone === undefined || !isTimezone(timezone))
    return void tell(
      timezone === undefined
        ? 'the time zone of this number is not known: add a column timezone, or --timezone'
        : `${timezone} is no time zone such as Asia/Kuala_Lumpur`,
    );
  const variables = columns.flatMap((name) =>
    OWN.includes(name) ? [] : [[name, cell(name) ?? ''] as const],
  );
  return { line, number, prompt, variables: Object.fromEntries(variables), timezone };
}

function numberOf(
  written: string,
  { setup, trunk }: ListParts,
  tell: (problem: string) => void,
): string | undefined {
  try {
    return chooseTrunk(written, setup, trunk).number;
  } catch (error) {
    if (!(error instanceof DialRefused)) throw error;
    return void tell(`${written || 'no number'}: ${error.message}`);
  }
}

/** Numbers that are not to be called: one a line, what follows on `#` is a note. @throws AppError naming every line that is none. */
export function readDoNotCall(file: string, text: string, { dialling }: PhoneSetup): Set<string> {
  const numbers = new Set<string>();
  const faults: string[] = [];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const written = (whole.split('#', 1)[0] ?? '').trim();
    if (written === '') continue;
    const number = asDialled(written, dialling);
    if (/^\+?\d{2,15}$/.test(number)) numbers.add(number);
    else faults.push(`${file}:${index + 1}: want a number, got "${written.slice(0, 40)}"`);
  }
  if (faults.length > 0) throw new AppError(faults.join('\n'), { hint: 'nobody was called' });
  return numbers;
}
