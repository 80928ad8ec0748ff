/** One record of a CSV file. */
export interface CsvRecord {
  /** In the file, from 1: where it begins. */
  line: number;
  fields: readonly string[];
  /** What is wrong with its quotes. */
  problem?: string;
}

/**
 * Reads RFC 4180: commas, quoted fields with doubled quotes and line breaks in them. Own code, as every bad record has to be
 * named, and readers of CSV stop at the first. Empty lines are passed over. One pass, linear in the length.
 */
export function csvRecords(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const record = recordAt(text, at);
    if (record.fields.some((field) => field.trim() !== ''))
      records.push({ line, fields: record.fields, ...(record.problem && { problem: record.problem }) });
    line += breaksIn(text, at, record.end);
    at = record.end;
  }
  return records;
}

function recordAt(text: string, from: number): { fields: string[]; end: number; problem?: string } {
  const fields: string[] = [];
  let problem: string | undefined;
  let at = from;
  for (;;) {
    const field = text[at] === '"' ? quotedAt(text, at) : plainAt(text, at);
    problem ??= field.problem;
    fields.push(field.text);
    at = field.end;
    if (text[at] !== ',') break;
    at++;
  }
  if (text[at] === '\r') at++;
  if (text[at] === '\n') at++;
  return { fields, end: at, ...(problem && { problem }) };
}

interface Field {
  text: string;
  end: number;
  problem?: string;
}

function plainAt(text: string, from: number): Field {
  let end = from;
  while (end < text.length && !',\r\n'.includes(text[end] ?? '')) end++;
  const field = text.slice(from, end).trim();
  return {
    text: field,
    end,
    ...(field.includes('"') && { problem: 'a quotation mark within a field without quotes' }),
  };
}

function quotedAt(text: string, from: number): Field {
  const parts: string[] = [];
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { text: parts.join(''), end: text.length, problem: 'a quote that is not closed' };
    parts.push(text.slice(at, quote));
    if (text[quote + 1] !== '"') {
      const rest = plainAt(text, quote + 1);
      return {
        text: parts.join(''),
        end: rest.end,
        ...(rest.text !== '' && { problem: 'text after the closing quote of a field' }),
      };
    }
    parts.push('"');
    at = quote + 2;
  }
}

function breaksIn(text: string, from: number, to: number): number {
  let breaks = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) breaks++;
  return breaks;
}
