import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../src/openai/extra-body.ts';

/** Where the recorded exchanges lie, a folder for each server and version. */
export const FIXTURES = join(import.meta.dirname, '../fixtures/servers');

/** A piece of an answer's body as it arrived, so long after its request. Bytes that are no text are base64. */
export type Chunk = { ms: number; text: string } | { ms: number; base64: string };

/** A request of the product. Of a form, a file is told by its length and sha256; all else is whole. */
export interface Asked {
  request: string;
  /** `JSON.stringify` of it is the body byte for byte. */
  json?: JsonObject;
  form?: readonly (readonly [string, string])[];
}

export interface HttpExchange extends Asked {
  kind: 'http';
  status: number;
  headers: readonly (readonly [string, string])[];
  chunks: readonly Chunk[];
  /** `cut`: the server broke it off; `left`: the product had heard enough. */
  end: 'complete' | 'cut' | 'left';
}

/** A message over a WebSocket: `sent` by the product, its audio told by length and sha256; `heard` as it came. */
export type SocketStep = { ms: number; sent: JsonObject } | { ms: number; heard: string };

export interface SocketExchange {
  kind: 'socket';
  request: string;
  steps: readonly SocketStep[];
  /** `by` the product or the server. */
  closed: { code: number; reason: string; by: 'product' | 'server' };
}

export type Exchange = HttpExchange | SocketExchange;

/** One case at one server: what went over the wire, and what the product made of it. */
export interface Fixture {
  /** Of `test/real/cases`. */
  case: string;
  /** Such as `vllm-0.32.0`: its folder. */
  server: string;
  /** A chat template on the same server; part of the file's name. */
  variant?: string;
  model: string;
  voice?: string;
  /** Date of the recording. */
  recorded: string;
  exchanges: readonly Exchange[];
  outcome: JsonObject;
}

/** The file of a case, from `FIXTURES`. */
export function fixturePath({
  server,
  variant,
  case: name,
}: Pick<Fixture, 'server' | 'variant' | 'case'>): string {
  return join(server, `${variant === undefined ? '' : `${variant}.`}${name}.jsonl`);
}

/** One line for the head, each request, each piece and the outcome, so that a difference shows in its line. */
export function fixtureText({ exchanges, outcome, ...head }: Fixture): string {
  const lines = exchanges.flatMap((exchange): object[] => {
    if (exchange.kind === 'socket') {
      const { kind, request, steps, closed } = exchange;
      return [{ kind, request }, ...steps, { closed }];
    }
    const { chunks, end, status, headers, ...asked } = exchange;
    return [asked, { status, headers }, ...chunks, { end }];
  });
  return [head, ...lines, { outcome }].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** @throws Error for a text that `fixtureText` did not write */
export function parseFixture(text: string): Fixture {
  const [head, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line));
  const outcome = lines.pop()?.outcome;
  if (head === undefined || outcome === undefined) throw new Error('a fixture without a head or an outcome');
  const exchanges: Building[] = [];
  for (const line of lines) {
    if (line.kind !== undefined) exchanges.push({ ...line, [line.kind === 'http' ? 'chunks' : 'steps']: [] });
    else addLine(exchanges.at(-1), line);
  }
  return { ...(head as unknown as Fixture), exchanges: exchanges as unknown as Exchange[], outcome };
}

type Line = JsonObject & { kind?: string; outcome?: JsonObject };
type Building = Line & { chunks?: Line[]; steps?: Line[] };

function addLine(exchange: Building | undefined, line: Line): void {
  if (exchange === undefined) throw new Error('a fixture that begins with no request');
  if ('text' in line || 'base64' in line) exchange.chunks?.push(line);
  else if ('sent' in line || 'heard' in line) exchange.steps?.push(line);
  else Object.assign(exchange, line);
}

/** Every fixture, by its path below `FIXTURES`. */
export async function readFixtures(folder = FIXTURES): Promise<Map<string, Fixture>> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.endsWith('.jsonl')).sort();
  const read = async (name: string) => parseFixture(await readFile(join(folder, name), 'utf8'));
  return new Map(await Promise.all(files.map(async (name) => [name, await read(name)] as const)));
}

export async function writeFixture(fixture: Fixture): Promise<void> {
  await mkdir(join(FIXTURES, fixture.server), { recursive: true });
  await writeFile(join(FIXTURES, fixturePath(fixture)), fixtureText(fixture));
}

/** The bytes of a chunk. */
export function bytesOf(chunk: Chunk): Buffer {
  return 'text' in chunk ? Buffer.from(chunk.text) : Buffer.from(chunk.base64, 'base64');
}

/** Text where the bytes are all of it, base64 else: a chunk may end within a character. */
export function chunkOf(bytes: Buffer, ms: number): Chunk {
  const text = bytes.toString('utf8');
  const whole = Buffer.from(text).equals(bytes) && !text.includes('\0');
  return whole ? { ms, text } : { ms, base64: bytes.toString('base64') };
}
