import { AppError } from '../../errors.ts';

/** The only type of weights that is read: 16-bit floats. */
const FLOAT16 = 4;
/** Of the format of the file. */
const VERSION = 6;

/** Numbers in rows, the last dimension running fastest; 16-bit floats, little-endian. */
export interface Tensor {
  dims: readonly number[];
  data: Buffer;
}

/**
 * The tensors of a CTranslate2 model by their names, such as `decoder/layer_0/ffn/linear_0/weight`; scalars and other
 * settings are left out. The format: `Model::load` in CTranslate2's `src/models/model.cc`.
 *
 * @throws AppError when it is another format, or its weights are not 16-bit floats.
 */
export function readCt2(file: Buffer): ReadonlyMap<string, Tensor> {
  const read = reader(file);
  const version = read.uint32();
  if (version !== VERSION || read.text() !== 'WhisperSpec')
    throw new AppError(`not a Whisper model of CTranslate2's version ${VERSION}; it begins with ${version}`);
  read.uint32();
  const tensors = new Map<string, Tensor>();
  for (let left = read.uint32(); left > 0; left -= 1) {
    const name = read.text();
    const dims = Array.from({ length: read.uint8() }, read.uint32);
    const type = read.uint8();
    const data = read.bytes(read.uint32());
    if (dims.length === 0 || name === 'decoder/alignment_heads') continue;
    if (type !== FLOAT16) throw new AppError(`${name} of the model is of type ${type}, not of 16-bit floats`);
    tensors.set(name, { dims, data });
  }
  return tensors;
}

function reader(file: Buffer) {
  let at = 0;
  const moved = (by: number) => {
    at += by;
    if (at > file.length) throw new AppError(`the model ends after ${file.length} bytes, within its tensors`);
    return at - by;
  };
  const uint16 = () => file.readUInt16LE(moved(2));
  const bytes = (length: number) => file.subarray(moved(length), at);
  return {
    uint8: () => file.readUInt8(moved(1)),
    uint32: () => file.readUInt32LE(moved(4)),
    bytes,
    /** With its end, a zero byte, in the length. */
    text: () => bytes(uint16()).toString('latin1').slice(0, -1),
  };
}
