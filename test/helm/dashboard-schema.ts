import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/**
 * What Grafana's published types say against a dashboard: compiler errors, empty is good. The JSON becomes an expression with
 * them, so that a key that Grafana does not know, or a value of another kind, is an error. Strings of enumerations are checked by
 * their values.
 */
export async function dashboardFaults(json: string): Promise<string> {
  // Below the modules that it imports.
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache/dashboard-'));
  try {
    await writeFile(join(folder, 'dashboard.ts'), typed(json));
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'esnext',
      '--moduleResolution',
      'bundler',
      '--target',
      'es2023',
    ];
    await promisify(execFile)(
      join(ROOT, 'node_modules/.bin/tsc'),
      [...options, join(folder, 'dashboard.ts')],
      {
        cwd: folder,
      },
    );
    return '';
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const typed = (json: string): string => `
import type { Dashboard, Panel, FieldConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import type { FieldConfig as LineConfig } from '@grafana/grafana-foundation-sdk/timeseries';
import type { dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
/** The same in JSON: an enumeration is its values. */
type Plain<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends (...args: never[]) => unknown ? never : T extends readonly (infer One)[] ? Plain<One>[]
  : { [Key in keyof T as T[Key] extends (...args: never[]) => unknown ? never : Key]: Plain<T[Key]> };
type Query = Plain<dataquery>;
type Fields = Plain<Omit<FieldConfig, 'custom'>> & { custom?: Plain<LineConfig> };
type LinePanel = Omit<Plain<Panel>, 'targets' | 'fieldConfig' | 'type'> & {
  type: 'timeseries'; targets: Query[]; fieldConfig: { defaults: Fields; overrides: [] };
};
type Wall = Omit<Plain<Dashboard>, 'panels' | 'annotations'> & { panels: LinePanel[] };
const dashboard: Wall = ${json};
void dashboard;
`;
