/** Types of tensors, by their numbers in ONNX. */
export const FLOAT = 1;
export const INT64 = 7;
export const FLOAT16 = 10;

const IR_VERSION = 9;
/** The first with Gelu. */
const OPSET = 20;

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** A name for each thing that the graph computes; `''` leaves an optional input out. */
export type Value = string;

/**
 * Builds a network for ONNX Runtime, node by node, and writes it as onnx.proto says
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
export class Graph {
  readonly #nodes: Uint8Array[] = [];
  readonly #weights: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  readonly #widened = new Map<string, Value>();
  #count = 0;

  /** What each run is given. Sizes that change from run to run are names. */
  input(name: string, type: number, shape: readonly (number | string)[]): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** What each run answers. */
  output(name: string, value: Value, shape: readonly (number | string)[]): void {
    this.#nodes.push(node('Identity', [value], [name], {}));
    this.#outputs.push(valueInfo(name, FLOAT, shape));
  }

  /** One operation of ONNX's `ai.onnx` with one result. */
  add(operation: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const [result = ''] = this.split(operation, inputs, 1, attributes);
    return result;
  }

  /** The same with several results. */
  split(operation: string, inputs: readonly Value[], results: number, attributes: Attributes = {}): Value[] {
    const names = Array.from({ length: results }, () => this.#newName());
    this.#nodes.push(node(operation, inputs, names, attributes));
    return names;
  }

  constant(numbers: readonly number[] | Float32Array, shape: readonly number[] = [numbers.length]): Value {
    return this.#weight(FLOAT, shape, bytesOf(Float32Array.from(numbers)));
  }

  integers(...numbers: readonly number[]): Value {
    return this.#weight(INT64, [numbers.length], bytesOf(BigInt64Array.from(numbers, BigInt)));
  }

  /** Weights in 16 bits, which are computed with in 32: ONNX Runtime widens them once, as it loads. */
  half(name: string, shape: readonly number[], data: Uint8Array): Value {
    const known = this.#widened.get(name);
    if (known !== undefined) return known;
    const value = this.add('Cast', [this.#weight(FLOAT16, shape, data)], { to: FLOAT });
    this.#widened.set(name, value);
    return value;
  }

  #newName(): Value {
    this.#count += 1;
    return `v${this.#count}`;
  }

  #weight(type: number, shape: readonly number[], data: Uint8Array): Value {
    const name = this.#newName();
    this.#weights.push(
      message([...shape.map((size) => int(1, size)), int(2, type), text(8, name), field(9, data)]),
    );
    return name;
  }

  /** The file of the model. */
  bytes(): Uint8Array {
    const graph = [
      ...this.#nodes.map((one) => field(1, one)),
      text(2, 'graph'),
      ...this.#weights.map((one) => field(5, one)),
      ...this.#inputs.map((one) => field(11, one)),
      ...this.#outputs.map((one) => field(12, one)),
    ];
    const opset = message([text(1, ''), int(2, OPSET)]);
    return message([int(1, IR_VERSION), field(7, message(graph)), field(8, opset)]);
  }
}

function node(
  operation: string,
  inputs: readonly Value[],
  outputs: readonly Value[],
  attributes: Attributes,
) {
  return message([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operation),
    ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value))),
  ]);
}

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

function attribute(name: string, value: number | readonly number[]): Uint8Array {
  if (typeof value === 'number') return message([text(1, name), int(3, value), int(20, ATTRIBUTE_INT)]);
  return message([text(1, name), ...value.map((one) => int(8, one)), int(20, ATTRIBUTE_INTS)]);
}

function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Uint8Array {
  const dims = shape.map((size) => field(1, typeof size === 'number' ? int(1, size) : text(2, size)));
  const tensor = message([int(1, type), field(2, message(dims))]);
  return message([text(1, name), field(2, field(1, tensor))]);
}

// Protocol buffers: https://protobuf.dev/programming-guides/encoding

const VARINT = 0;
const BYTES = 2;

const message = (fields: readonly Uint8Array[]): Uint8Array => Buffer.concat(fields);
const int = (number: number, value: number) =>
  Uint8Array.of(...varint(number * 8 + VARINT), ...varint(value));
const text = (number: number, value: string) => field(number, Buffer.from(value));
const bytesOf = (array: Float32Array | BigInt64Array) => new Uint8Array(array.buffer);

function field(number: number, data: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(...varint(number * 8 + BYTES), ...varint(data.length)), data]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  while (left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  return [...bytes, Number(left)];
}
