import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from './chart.ts';

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
}

/** The values with every map, list and text that the schema does not require set to null. */
function emptied(values: Record<string, unknown>, schema: Schema): Record<string, unknown> {
  const entries = Object.entries(values).map(([key, value]) => {
    if (!schema.required?.includes(key))
      return [key, typeof value === 'object' || value === '' ? null : value];
    const below = schema.properties?.[key];
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [key, isMap && below?.properties ? emptied(value as Record<string, unknown>, below) : value];
  });
  return Object.fromEntries(entries);
}

/** The chart's values, emptied as far as its schema allows, with the parts on that maps and lists could break. */
export async function allEmptied(): Promise<Record<string, unknown>> {
  const values = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'));
  const schema = JSON.parse(await readFile(join(CHART, 'values.schema.json'), 'utf8'));
  const nothing = emptied(values, schema);
  const on = (part: string) => ({ ...(nothing[part] as object), enabled: true });
  const turn = { ...(nothing.turn as object), provider: 'stunner', host: 'turn.example.com' };
  const bundled = { ...(nothing.redis as { bundled: object }).bundled, enabled: true };
  const phones = { sip: on('sip'), redis: { ...(nothing.redis as object), bundled } };
  return { ...nothing, ...phones, turn, monitoring: on('monitoring'), networkPolicy: on('networkPolicy') };
}
