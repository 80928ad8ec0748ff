import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const WIDTH = 64;
const MELS = 80;

/** `é` is two bytes, which byte-level BPE writes as two characters. */
export const ENGLISH = [
  'Ġhello',
  'Ġcaf',
  'Ã',
  '©',
  '<|endoftext|>',
  '<|startoftranscript|>',
  '<|notimestamps|>',
];
export const SEVERAL = [
  ...['Ġhello', 'Ġcaf', 'Ã', '©', '', '<|endoftext|>', '<|startoftranscript|>', '<|en|>', '<|ms|>'],
  ...['<|transcribe|>', '<|notimestamps|>'],
];

/**
 * A model of CTranslate2 with one layer, whose answer depends on nothing but the place: after the token at place n it
 * writes `next[n]`.
 */
export function tinyWhisper(words: readonly string[], next: readonly number[]): Buffer {
  const shapes = shapesOf(words.length, next.length + 1);
  const names = Object.keys(shapes);
  const parts = [uint32(6), text('WhisperSpec'), uint32(3), uint32(names.length + 1)];
  parts.push(text('decoder/num_heads'), Buffer.of(0, 2), uint32(2), Buffer.of(1, 0));
  for (const name of names) {
    const shape = shapes[name] ?? [];
    const numbers = valuesOf(name, shape, next);
    const data = Buffer.from(Uint16Array.from(numbers, toHalf).buffer);
    parts.push(
      text(name),
      Buffer.of(shape.length),
      ...shape.map(uint32),
      Buffer.of(4),
      uint32(data.length),
      data,
    );
  }
  return Buffer.concat([...parts, uint32(0)]);
}

/** Its folder, as a package brings it. */
export async function whisperFolder(words: readonly string[], next: readonly number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'model.bin'), tinyWhisper(words, next));
  await writeFile(join(folder, 'vocabulary.json'), JSON.stringify(words));
  const languages = ['<|en|>', '<|ms|>'].map((name) => words.indexOf(name));
  const config = { lang_ids: languages, suppress_ids: [], suppress_ids_begin: [] };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

function shapesOf(words: number, places: number): Record<string, number[]> {
  const shapes: Record<string, number[]> = {
    'encoder/conv1/weight': [WIDTH, MELS, 3],
    'encoder/conv1/bias': [WIDTH],
    'encoder/conv2/weight': [WIDTH, WIDTH, 3],
    'encoder/conv2/bias': [WIDTH],
    'encoder/position_encodings/encodings': [1500, WIDTH],
    'decoder/position_encodings/encodings': [Math.max(448, places), WIDTH],
    'decoder/embeddings/weight': [words, WIDTH],
  };
  const linear = (name: string, out: number, width = WIDTH) =>
    Object.assign(shapes, { [`${name}/weight`]: [out, width], [`${name}/bias`]: [out] });
  const norm = (name: string) =>
    Object.assign(shapes, { [`${name}/gamma`]: [WIDTH], [`${name}/beta`]: [WIDTH] });
  for (const side of ['encoder', 'decoder']) {
    norm(`${side}/layer_norm`);
    norm(`${side}/layer_0/self_attention/layer_norm`);
    linear(`${side}/layer_0/self_attention/linear_0`, 3 * WIDTH);
    linear(`${side}/layer_0/self_attention/linear_1`, WIDTH);
    norm(`${side}/layer_0/ffn/layer_norm`);
    linear(`${side}/layer_0/ffn/linear_0`, 4 * WIDTH);
    linear(`${side}/layer_0/ffn/linear_1`, WIDTH, 4 * WIDTH);
  }
  norm('decoder/layer_0/attention/layer_norm');
  linear('decoder/layer_0/attention/linear_0', WIDTH);
  linear('decoder/layer_0/attention/linear_1', 2 * WIDTH);
  linear('decoder/layer_0/attention/linear_2', WIDTH);
  return shapes;
}

/** Token t points along axis t, and place n, much longer, along that of the token to come. */
function valuesOf(name: string, shape: readonly number[], next: readonly number[]): number[] {
  const values = new Array<number>(shape.reduce((product, size) => product * size, 1)).fill(0);
  if (name.endsWith('/gamma')) return values.fill(1);
  if (name === 'decoder/embeddings/weight')
    for (let token = 0; token < (shape[0] ?? 0); token += 1) values[token * WIDTH + token] = 1;
  if (name === 'decoder/position_encodings/encodings')
    for (const [place, token] of next.entries()) values[place * WIDTH + token] = 10;
  return values;
}

/** Of the few numbers that are used: 0, 1 and 10. */
const toHalf = (value: number) => (value === 0 ? 0 : value === 1 ? 0x3c00 : 0x4900);

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(value.length + 1);
  return Buffer.concat([length, Buffer.from(`${value}\0`)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
