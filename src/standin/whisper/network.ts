import { AppError } from '../../errors.ts';
import type { Tensor } from './ct2.ts';
import { FREQUENCIES, HOP, melFilters, transform, WINDOW } from './mel.ts';
import { FLOAT, Graph, INT64, type Value } from './onnx.ts';

/** All of OpenAI's Whisper models have heads of 64 numbers. */
export const HEAD = 64;

/** How large a Whisper model is. */
export interface Sizes {
  layers: number;
  heads: number;
  /** Frames of 20 ms that it can take at once: 1500. */
  frames: number;
}

type Weights = ReadonlyMap<string, Tensor>;

export function sizesOf(weights: Weights): Sizes {
  const layers = new Set(
    [...weights.keys()].map((name) => /^decoder\/layer_(\d+)\//.exec(name)?.[1]).filter(Boolean),
  );
  const [frames = 0, width = 0] = tensorOf(weights, 'encoder/position_encodings/encodings').dims;
  return { layers: layers.size, heads: width / HEAD, frames };
}

/**
 * Whisper's encoder: `sound`, 16 kHz from -1 to 1 with half a window more at both ends, and `positions`, 0 to the
 * number of frames of 20 ms; answers what each layer of the decoder looks at, `key0`, `value0` and so on. As in
 * https://github.com/openai/whisper (whisper/audio.py, whisper/model.py).
 */
export function encoderNetwork(weights: Weights): Uint8Array {
  const net = new Network(weights);
  const { graph } = net;
  const sound = graph.input('sound', FLOAT, [1, 1, 'samples']);
  const positions = graph.input('positions', INT64, ['frames']);
  let x = graph.add('Gelu', [net.convolve('encoder/conv1', logMel(net, sound), 1)]);
  x = graph.add('Gelu', [net.convolve('encoder/conv2', x, 2)]);
  x = graph.add('Transpose', [graph.add('Squeeze', [x, graph.integers(0)])], { perm: [1, 0] });
  x = graph.add('Add', [x, net.rows('encoder/position_encodings/encodings', positions)]);
  for (let layer = 0; layer < net.layersOf('encoder'); layer += 1) {
    const name = `encoder/layer_${layer}`;
    const normal = net.normalize(`${name}/self_attention/layer_norm`, x);
    const [q = '', k = '', v = ''] = net.parts(`${name}/self_attention/linear_0`, normal, 3);
    const seen = net.attend(q, net.keys(k), net.values(v));
    x = graph.add('Add', [x, net.linear(`${name}/self_attention/linear_1`, seen)]);
    x = net.feedForward(name, x);
  }
  x = net.normalize('encoder/layer_norm', x);
  for (let layer = 0; layer < net.layersOf('decoder'); layer += 1) {
    const [k = '', v = ''] = net.parts(`decoder/layer_${layer}/attention/linear_1`, x, 2);
    graph.output(`key${layer}`, net.keys(k), [net.heads, HEAD, 'frames']);
    graph.output(`value${layer}`, net.values(v), [net.heads, 'frames', HEAD]);
  }
  return graph.bytes();
}

/**
 * Whisper's decoder for the `tokens` that follow those of the runs before: `positions` are theirs, `mask` is added to
 * how much each looks at all so far, `pastKey0`, `pastValue0` … are `presentKey0` … of the run before, `key0` … the
 * encoder's. Answers `logits`, how likely each token is to be next.
 */
export function decoderNetwork(weights: Weights): Uint8Array {
  const net = new Network(weights);
  const { graph, heads } = net;
  const tokens = graph.input('tokens', INT64, ['new']);
  const positions = graph.input('positions', INT64, ['new']);
  const mask = graph.input('mask', FLOAT, ['new', 'all']);
  let x = graph.add('Add', [
    net.rows('decoder/embeddings/weight', tokens),
    net.rows('decoder/position_encodings/encodings', positions),
  ]);
  for (let layer = 0; layer < net.layersOf('decoder'); layer += 1) {
    const name = `decoder/layer_${layer}`;
    const normal = net.normalize(`${name}/self_attention/layer_norm`, x);
    const [q = '', k = '', v = ''] = net.parts(`${name}/self_attention/linear_0`, normal, 3);
    const pastKey = graph.input(`pastKey${layer}`, FLOAT, [heads, HEAD, 'past']);
    const pastValue = graph.input(`pastValue${layer}`, FLOAT, [heads, 'past', HEAD]);
    const key = graph.add('Concat', [pastKey, net.keys(k)], { axis: 2 });
    const value = graph.add('Concat', [pastValue, net.values(v)], { axis: 1 });
    graph.output(`presentKey${layer}`, key, [heads, HEAD, 'all']);
    graph.output(`presentValue${layer}`, value, [heads, 'all', HEAD]);
    const self = net.linear(`${name}/self_attention/linear_1`, net.attend(q, key, value, mask));
    x = graph.add('Add', [x, self]);
    const query = net.linear(`${name}/attention/linear_0`, net.normalize(`${name}/attention/layer_norm`, x));
    const heard = net.attend(
      query,
      graph.input(`key${layer}`, FLOAT, [heads, HEAD, 'frames']),
      graph.input(`value${layer}`, FLOAT, [heads, 'frames', HEAD]),
    );
    x = graph.add('Add', [x, net.linear(`${name}/attention/linear_2`, heard)]);
    x = net.feedForward(name, x);
  }
  const last = graph.add('Gather', [net.normalize('decoder/layer_norm', x), graph.integers(-1)]);
  const logits = graph.add('Gemm', [last, net.weight('decoder/embeddings/weight')], { transB: 1 });
  graph.output('logits', logits, [1, 'vocabulary']);
  return graph.bytes();
}

/** `log_mel_spectrogram` of whisper/audio.py, the Fourier transform as a convolution. */
function logMel({ graph, mels }: Network, sound: Value): Value {
  const both = graph.add('Conv', [sound, graph.constant(transform(), [2 * FREQUENCIES, 1, WINDOW])], {
    strides: [HOP],
  });
  const [real = '', imaginary = ''] = graph.split('Split', [both], 2, { axis: 1, num_outputs: 2 });
  const square = (value: Value) => graph.add('Mul', [value, value]);
  const power = graph.add('Add', [square(real), square(imaginary)]);
  const mel = graph.add('MatMul', [graph.constant(melFilters(mels), [mels, FREQUENCIES]), power]);
  const natural = graph.add('Log', [graph.add('Max', [mel, graph.constant([1e-10])])]);
  const log10 = graph.add('Mul', [natural, graph.constant([Math.LOG10E])]);
  const floor = graph.add('Sub', [graph.add('ReduceMax', [log10], { keepdims: 1 }), graph.constant([8])]);
  const clipped = graph.add('Max', [log10, floor]);
  return graph.add('Mul', [graph.add('Add', [clipped, graph.constant([4])]), graph.constant([0.25])]);
}

/** The layers that encoder and decoder are made of, by the names of CTranslate2's weights. Rows are frames or tokens. */
class Network {
  readonly graph = new Graph();
  readonly heads: number;
  readonly mels: number;
  readonly #weights: Weights;

  constructor(weights: Weights) {
    this.#weights = weights;
    this.heads = sizesOf(weights).heads;
    this.mels = tensorOf(weights, 'encoder/conv1/weight').dims[1] ?? 0;
  }

  layersOf(side: 'encoder' | 'decoder'): number {
    let layers = 0;
    while (this.#weights.has(`${side}/layer_${layers}/ffn/linear_0/weight`)) layers += 1;
    return layers;
  }

  weight(name: string): Value {
    const { dims, data } = tensorOf(this.#weights, name);
    return this.graph.half(name, dims, data);
  }

  linear(name: string, x: Value): Value {
    return this.graph.add('Gemm', [x, this.weight(`${name}/weight`), this.weight(`${name}/bias`)], {
      transB: 1,
    });
  }

  /** Of a linear layer that computes several things at once. */
  parts(name: string, x: Value, count: number): Value[] {
    return this.graph.split('Split', [this.linear(name, x)], count, { axis: 1, num_outputs: count });
  }

  rows(name: string, numbers: Value): Value {
    return this.graph.add('Gather', [this.weight(name), numbers]);
  }

  normalize(name: string, x: Value): Value {
    return this.graph.add('LayerNormalization', [
      x,
      this.weight(`${name}/gamma`),
      this.weight(`${name}/beta`),
    ]);
  }

  convolve(name: string, x: Value, stride: number): Value {
    return this.graph.add('Conv', [x, this.weight(`${name}/weight`), this.weight(`${name}/bias`)], {
      strides: [stride],
      pads: [1, 1],
    });
  }

  keys(k: Value): Value {
    return this.graph.add('Transpose', [this.#byHead(k)], { perm: [1, 2, 0] });
  }

  values(v: Value): Value {
    return this.graph.add('Transpose', [this.#byHead(v)], { perm: [1, 0, 2] });
  }

  attend(q: Value, keys: Value, values: Value, mask?: Value): Value {
    const scaled = this.graph.add('Mul', [this.values(q), this.graph.constant([HEAD ** -0.5])]);
    const scores = this.graph.add('MatMul', [scaled, keys]);
    const masked = mask === undefined ? scores : this.graph.add('Add', [scores, mask]);
    const seen = this.graph.add('MatMul', [this.graph.add('Softmax', [masked]), values]);
    const rows = this.graph.add('Transpose', [seen], { perm: [1, 0, 2] });
    return this.graph.add('Reshape', [rows, this.graph.integers(0, this.heads * HEAD)]);
  }

  feedForward(name: string, x: Value): Value {
    const normal = this.normalize(`${name}/ffn/layer_norm`, x);
    const inner = this.graph.add('Gelu', [this.linear(`${name}/ffn/linear_0`, normal)]);
    return this.graph.add('Add', [x, this.linear(`${name}/ffn/linear_1`, inner)]);
  }

  #byHead(x: Value): Value {
    return this.graph.add('Reshape', [x, this.graph.integers(0, this.heads, HEAD)]);
  }
}

function tensorOf(weights: Weights, name: string): Tensor {
  const found = weights.get(name);
  if (!found) throw new AppError(`the model lacks ${name}`);
  return found;
}
