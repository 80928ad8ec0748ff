import { expect, test } from 'vitest';
import { parseOptions } from '../../src/bench/options.ts';
import { drawPicture } from '../../src/bench/picture.ts';
import { DEFAULT_SPEEDS } from '../../src/bench/profile.ts';
import type { RunResult } from '../../src/bench/results.ts';
import { element, escaped } from '../../src/bench/svg.ts';
import { run, STAGES, turn } from './turns.ts';

function draw(runs: RunResult[]): string {
  const options = parseOptions([]);
  if (!options) throw new Error('no options');
  const startedAt = '2025-01-01T00:00:00.000Z';
  return drawPicture({ startedAt, notes: [], options, speeds: DEFAULT_SPEEDS, transportMs: 170, runs });
}

/** The names of all elements; throws unless each is closed in order and every attribute quoted. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [\w:-]+="[^"<>]*")*)(\/?)>/g,
    (_, closing, name, _attributes, empty) => {
      if (closing) expect(open.pop()).toBe(name);
      else names.push(name);
      if (!closing && !empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
  return names;
}

test('the picture is well-formed, with a waterfall and a histogram for each run', () => {
  const runs = [
    run([turn(), turn({ voiceToVoiceMs: 1250 })]),
    { ...run([turn()]), pipeline: 'stock' as const },
  ];
  const names = elementsOf(draw(runs));
  expect(names[0]).toBe('svg');
  // Seven parts in the legend; in each run seven for the typical turn and seven for each turn.
  expect(names.filter((name) => name === 'rect').length).toBeGreaterThanOrEqual(7 + (7 + 14) + (7 + 7));
  expect(draw(runs)).toContain('>stock batch</text>');
});

test('nothing lies outside the picture, however long a wait was', () => {
  const stages = { ...STAGES, heardMs: 9000 };
  const svg = draw([run([turn({ voiceToVoiceMs: 9000, stages })])]);
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
  const ends = [...svg.matchAll(/<rect x="([\d.]+)"[^>]* width="([\d.]+)"/g)].map(
    ([, x, w]) => Number(x) + Number(w),
  );
  expect(ends.length).toBeGreaterThan(7);
  expect(Math.max(...ends)).toBeLessThanOrEqual(width);
});

test('runs without turns or stages are drawn too', () => {
  elementsOf(draw([]));
  elementsOf(draw([run([]), run([turn({ stages: undefined, lost: true, voiceToVoiceMs: undefined })])]));
  expect(draw([run([])])).not.toMatch(/NaN|undefined|Infinity/);
});

test('what is written is escaped', () => {
  expect(escaped('a<b & "c"')).toBe('a&lt;b &amp; &quot;c&quot;');
  elementsOf(element('text', { id: '<"&' }, escaped('1 < 2')));
});
