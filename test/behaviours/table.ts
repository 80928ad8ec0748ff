import { AppError } from '../../src/errors.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';

const BEGIN = '<!-- behaviours:start -->';
const END = '<!-- behaviours:end -->';

/** The README with the table of behaviours between its markers. */
export function readmeWith(readme: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new AppError(`src/call/README.md lacks its markers ${BEGIN} and ${END}`);
  const rows = Object.values<Row>(ROWS).map(
    ({ injected, heard, event, metric }) => `| ${[injected, heard, event, metric].join(' | ')} |`,
  );
  const table = [
    '| What goes wrong | What the caller hears | Log or page | Metric |',
    '|---|---|---|---|',
    ...rows,
  ];
  return `${before}${BEGIN}\n${table.join('\n')}\n${END}${after}`;
}
