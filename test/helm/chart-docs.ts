import { parse } from 'yaml';
import { configSchema, secretsSchema } from './config-schema.ts';
import { valuesTable } from './values-table.ts';

/** The chart's README with its generated parts as the values have them. */
export function readmeFor(readme: string, valuesYaml: string): string {
  const { images } = parse(valuesYaml) as { images: Record<string, unknown> };
  const used = ['agent', 'livekit', 'stunner', 'coturn', 'sip', 'redis'].map(
    (name) => `- \`${images[name]}\``,
  );
  return between(between(readme, 'images', used.join('\n')), 'values', valuesTable(valuesYaml));
}

/** The values' schema with its generated parts as the program has its settings. */
export function schemaFor(schemaJson: string) {
  const schema = JSON.parse(schemaJson);
  schema.definitions.config = configSchema();
  schema.properties.agent.properties.secrets = secretsSchema();
  return schema;
}

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`helm/README.md lacks its markers ${start} and ${end}`);
  return `${before}${start}\n${content}\n${end}${after}`;
}
