import { z } from 'zod';
import { hideUrlSecrets } from '../urls.ts';
import { type Config, settings } from './schema.ts';
import type { Setting } from './setting.ts';

const groups = Object.entries<Record<string, Setting>>(settings);

/** Every setting as a Markdown table: the README's, which a test compares with this. */
export function envTable(): string {
  const rows = groups.flatMap(([name, group]) =>
    Object.entries(group).map(([key, setting]) => row(`${name}.${key}`, setting)),
  );
  return ['| Setting | In YAML | Default | What |', '|---|---|---|---|', ...rows].join('\n');
}

function row(path: string, { env, type, doc, secret, fallback, formerly }: Setting): string {
  const choices = choicesOf(type).map((choice) => `\`${choice}\``);
  const what = [
    doc,
    ...(choices.length > 1 ? [`one of ${choices.join(', ')}`] : []),
    ...(secret ? ['**secret**'] : []),
    ...(formerly ? [`until the next version also \`${formerly.env}\``] : []),
  ];
  return `| \`${env}\` | \`${path}\` | ${defaultOf(type, fallback)} | ${what.join('; ').replaceAll('|', '\\|')} |`;
}

function defaultOf(type: z.ZodType, fallback: string | undefined): string {
  if (fallback !== undefined) return `as \`${fallback}\``;
  const absent = type.safeParse(undefined);
  if (!absent.success) return 'required';
  return absent.data === undefined ? '–' : `\`${String(absent.data)}\``;
}

function choicesOf(type: z.ZodType): string[] {
  const inner = type instanceof z.ZodDefault ? type.unwrap() : type;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

/** A readable copy of the configuration: a secret is only `set` or `not set`, and URLs lose their credentials and the values of their queries. */
export function redactedDump(config: Config): Record<string, Record<string, unknown>> {
  const values = config as unknown as Record<string, Record<string, unknown>>;
  return Object.fromEntries(
    groups.map(([name, group]) => [
      name,
      Object.fromEntries(
        Object.entries(group).map(([key, { secret }]) => {
          const value = values[name]?.[key];
          if (secret) return [key, value ? 'set' : 'not set'];
          return [key, value === undefined ? 'not set' : hidden(value)];
        }),
      ),
    ]),
  );
}

/** Also of what lists hold, such as endpoints. */
function hidden(value: unknown): unknown {
  if (typeof value === 'string') return hideUrlSecrets(value);
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === 'apiKey' && one ? 'set' : hidden(one)]),
  );
}
