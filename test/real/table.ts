import { AppError } from '../../src/errors.ts';
import type { Fixture, HttpExchange } from './fixture.ts';
import { NOTES, type Note } from './notes.ts';

const BEGIN = '<!-- servers:start -->';
const END = '<!-- servers:end -->';
const NOT_TRIED = '–';
/** What `speech-16k.wav` says, as recognizers write it. */
const SAID = /my data plan/i;

/** The README of src/openai with the table of servers between its markers. */
export function readmeWith(readme: string, fixtures: ReadonlyMap<string, Fixture>): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new AppError(`src/openai/README.md lacks its markers ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n${tableOf(fixtures).join('\n')}\n${END}${after}`;
}

function tableOf(fixtures: ReadonlyMap<string, Fixture>): string[] {
  const rows = Object.entries(NOTES).map(([server, { name, set, avoid }]) => {
    const of = (name: string) => fixtures.get(`${server}/${name}.jsonl`);
    const cells = [
      ...[name, heard(of('batch.transcript')), heard(of('sse.transcript')), heard(of('realtime.transcript'))],
      ...[chat(of('chat.answer')), thinking(server, [...fixtures.values()])],
      ...[speech(of('speech.pcm')), speech(of('speech.wav')), list(set), list(avoid)],
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| Server | STT batch | SSE | realtime | chat | thoughts | speech as PCM | as WAV | set | avoid |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

const list = (notes: readonly Note[]) => notes.map(({ say }) => say).join('; ') || NOT_TRIED;

function heard(fixture: Fixture | undefined): string {
  if (!fixture) return NOT_TRIED;
  const { text, segments, status } = fixture.outcome;
  if (typeof text !== 'string' || !SAID.test(text)) return `no${status === undefined ? '' : ` (${status})`}`;
  const known = Array.isArray(segments) ? segments : [];
  // What a transcript of noise is told by.
  const measured = ['noSpeechProb', 'avgLogprob', 'compressionRatio'].filter((one) => known.includes(one));
  return known.length === 0 ? 'yes' : `yes, with ${measured.length} of 3 figures`;
}

function chat(fixture: Fixture | undefined): string {
  if (!fixture) return NOT_TRIED;
  return fixture.outcome.finish === undefined ? 'no' : 'yes';
}

/** With the templates that think: where thoughts come, and whether the product's request to leave them out is heeded. */
function thinking(server: string, fixtures: readonly Fixture[]): string {
  const thoughtful = fixtures.filter(
    (one) => one.server === server && one.case === 'chat.answer' && thinks(one),
  );
  if (thoughtful.length === 0) return NOT_TRIED;
  const asked = thoughtful.map(({ variant = '' }) => {
    const off = fixtures.find(
      (one) => one.server === server && one.case === 'chat.thinking-off' && one.variant === variant,
    );
    return `${variant}: ${off && !thinks(off) ? 'off when asked' : 'not to be switched off'}`;
  });
  return `apart from the text (${asked.join('; ')})`;
}

const thinks = ({ outcome }: Fixture) => typeof outcome.thoughts === 'string' && outcome.thoughts !== '';

function speech(fixture: Fixture | undefined): string {
  if (!fixture) return NOT_TRIED;
  const { sampleRate, audible } = fixture.outcome;
  if (audible !== true) return 'no';
  return `${Number(sampleRate) / 1000} kHz${said(fixture, 'content-type').includes('rate=') ? ', says so' : ''}`;
}

function said({ exchanges }: Fixture, header: string): string {
  const answers = exchanges.filter((one): one is HttpExchange => one.kind === 'http');
  return (
    answers.flatMap(({ headers }) => headers.filter(([name]) => name.toLowerCase() === header))[0]?.[1] ?? ''
  );
}
