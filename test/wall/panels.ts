import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** A panel as `helm/dashboards/panels.yaml` has it. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly stacked?: boolean;
  readonly queries: readonly { readonly legend: string; readonly expr: string }[];
}

/** One line of a panel: times in seconds since the epoch. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [atS: number, value: number])[];
}

export interface DrawnPanel extends Panel {
  readonly lines: readonly Line[];
}

export interface Range {
  readonly fromS: number;
  readonly toS: number;
  readonly stepS: number;
}

const PANELS = new URL('../../helm/dashboards/panels.yaml', import.meta.url);

/** Of Prometheus' API; values are texts. */
interface Answer {
  status: string;
  error?: string;
  data?: { result: { metric: Record<string, string>; values: [number, string][] }[] };
}

/** Every panel of the dashboard with what a Prometheus answers to its queries. @throws Error for a query that it refuses. */
export async function askPanels(url: string, namespace: string, range: Range): Promise<DrawnPanel[]> {
  const panels = parse(await readFile(PANELS, 'utf8')) as Panel[];
  return Promise.all(
    panels.map(async (panel) => {
      const lines = panel.queries.map(async ({ legend, expr }) => {
        const answer = await ask(url, expr.replaceAll('$namespace', namespace), range);
        return answer.map(({ metric, values }) => ({
          name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''),
          points: values.map(([atS, value]) => [atS, Number(value)] as const),
        }));
      });
      return { ...panel, lines: (await Promise.all(lines)).flat() };
    }),
  );
}

async function ask(url: string, query: string, { fromS, toS, stepS }: Range) {
  const asked = new URLSearchParams({ query, start: `${fromS}`, end: `${toS}`, step: `${stepS}` });
  const answer = (await (await fetch(`${url}/api/v1/query_range?${asked}`)).json()) as Answer;
  if (answer.status !== 'success' || !answer.data) throw new Error(`${query}: ${answer.error}`);
  return answer.data.result;
}
