import { AppError } from '../../../src/errors.ts';
import { ROWS } from './rows.ts';

const BEGIN = '<!-- matrix:start -->';
const END = '<!-- matrix:end -->';

/** The README with the table of broken set-ups between its markers. */
export function readmeWith(readme: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new AppError(`src/doctor/README.md lacks its markers ${BEGIN} and ${END}`);
  const rows = ROWS.map(({ broken, hop, verdict = 'fail', fix }) => {
    const said = verdict === 'fail' ? '' : ` (${verdict})`;
    return `| ${broken} | \`${hop}\`${said} | … ${fix} … |`;
  });
  const table = ['| What was broken | Hop named | In its fix |', '|---|---|---|', ...rows];
  return `${before}${BEGIN}\n${table.join('\n')}\n${END}${after}`;
}
