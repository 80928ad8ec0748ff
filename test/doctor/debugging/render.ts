import { CHECKS, PLACES } from './places.ts';
import { SYMPTOMS, type Symptom } from './symptoms.ts';

/** The page of docs “Debugging connectivity”, from the checks themselves and the symptoms. */
export function debuggingPage(): string {
  const names = PLACES.map(({ name }) => name);
  return [
    '# Debugging connectivity',
    '',
    '<!-- Written by `npm run readme`: do not edit. Symptoms: test/doctor/debugging/symptoms.ts -->',
    '',
    'Each place walks the path of a call and names the first hop that is broken, with what to change:',
    '',
    ...PLACES.map(({ name, how }) => `- **${name}**: ${how}`),
    '',
    'Begin where the trouble is: a caller’s browser sees what no program in the cluster can.',
    '',
    '## Symptoms',
    '',
    '| symptom | checks that tell | what it usually is, and what to do |',
    '|---|---|---|',
    ...SYMPTOMS.map(rowOf),
    '',
    '## Checks',
    '',
    `| id | proves that | ${names.join(' | ')} |`,
    `|---|---|${names.map(() => '---|').join('')}`,
    ...[...CHECKS.values()].map(
      ({ id, proves }) => `| \`${id}\` | ${proves} | ${placesOf(id).join(' | ')} |`,
    ),
    '',
  ].join('\n');
}

const rowOf = ({ symptom, checks, answer }: Symptom): string =>
  `| ${symptom} | ${checks.map((id) => `\`${id}\``).join(', ')} | ${answer} |`;

const placesOf = (id: string): string[] =>
  PLACES.map(({ checks }) => (checks.some((check) => check.id === id) ? '✓' : ''));
