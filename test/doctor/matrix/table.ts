import { AppError } from '../../../src/errors.ts';
import { ROWS } from './rows.ts';

const BEGIN = '<!-- matrix:start -->';
const END = '<!-- matrix:end -->';

/** The README with the table of broken set-ups between its markers. */
export function readmeWith(readme: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new AppError(`src/doctor/README.md lacks its markers ${BEGIN} and ${END}`);
  const rows = ROWS.map(({ broken, seat = 'inside', hop, verdict = 'fail', says }) => {
    const said = verdict === 'fail' ? '' : ` (${verdict})`;
    return `| ${broken} | ${seat} | \`${hop}\`${said} | … ${says} … |`;
  });
  const table = [
    '| What was broken | Checked from | Hop named | What it says to do |',
    '|---|---|---|---|',
    ...rows,
  ];
  return `${before}${BEGIN}\n${table.join('\n')}\n${END}${after}`;
}
