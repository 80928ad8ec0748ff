/** What a server was seen to want, or to get wrong, and the recording that shows it. */
export interface Note {
  say: string;
  /** A file of test/fixtures/servers. */
  shown: string;
}

export interface ServerNotes {
  name: string;
  set: readonly Note[];
  avoid: readonly Note[];
}

/** By the folder of its recordings; in the order of the table. */
export const NOTES: Readonly<Record<string, ServerNotes>> = {
  'vllm-0.32.0': {
    name: 'vLLM 0.32.0 (processor)',
    set: [
      {
        say: 'its audio extras for Whisper (`pip install vllm[audio]`)',
        shown: 'vllm-0.32.0/batch.transcript.jsonl',
      },
      {
        say: '`--enable-auto-tool-choice --tool-call-parser …` for tools',
        shown: 'vllm-0.32.0/chat.tools.jsonl',
      },
    ],
    avoid: [
      {
        say: '`STT_MODE=realtime` with Whisper: refused with 403',
        shown: 'vllm-0.32.0/realtime.transcript.jsonl',
      },
      {
        say: '`STT_MODE=sse` where it is quiet: silence is heard as a word, and no figure tells',
        shown: 'vllm-0.32.0/sse.silence.jsonl',
      },
    ],
  },
  'llama-server-b11549': {
    name: 'llama-server b11549',
    set: [
      {
        say: '`-c` for all slots together: each gets its part, and more is refused',
        shown: 'llama-server-b11549/chat.too-long.jsonl',
      },
    ],
    avoid: [
      {
        say: 'to trust `LLM_MODEL`: whatever it names is answered',
        shown: 'llama-server-b11549/chat.unknown-model.jsonl',
      },
      {
        say: 'tools with Gemma 2’s template: a result is refused',
        shown: 'llama-server-b11549/gemma-2.chat.tool-result.jsonl',
      },
    ],
  },
  'speaches-0.8.3': {
    name: 'speaches 0.8.3',
    set: [
      {
        say: '`LOOPBACK_HOST_URL` to its own address, for realtime; FastAPI 0.115',
        shown: 'speaches-0.8.3/realtime.transcript.jsonl',
      },
      {
        say: '`TTS_EXTRA_BODY={"sample_rate":24000}` with Piper voices: else their 22,050 Hz are played as 24,000',
        shown: 'speaches-0.8.3/speech.sample-rate.jsonl',
      },
    ],
    avoid: [
      {
        say: 'to trust `TTS_VOICE` with Piper voices: whatever it names is spoken',
        shown: 'speaches-0.8.3/speech.unknown-voice.jsonl',
      },
      {
        say: 'a language that Whisper does not know: 500',
        shown: 'speaches-0.8.3/batch.unknown-language.jsonl',
      },
    ],
  },
  'kokoro-fastapi-0.8.0': {
    name: 'Kokoro-FastAPI 0.8.0 (its int8 ONNX weights)',
    set: [{ say: '`TTS_VOICE=af_heart`', shown: 'kokoro-fastapi-0.8.0/speech.pcm.jsonl' }],
    avoid: [
      {
        say: 'hyphens in `TTS_VOICE`: it takes them for a sum of voices',
        shown: 'kokoro-fastapi-0.8.0/speech.unknown-voice.jsonl',
      },
    ],
  },
  'piper-1.8.0': {
    name: 'Piper 1.8.0 (`src/dev/real/piper_server.py`)',
    set: [{ say: '`TTS_VOICE=joe`', shown: 'piper-1.8.0/speech.pcm.jsonl' }],
    avoid: [],
  },
  'faster-whisper-1.2.1': {
    name: 'faster-whisper 1.2.1 (`test/real/python/whisper_server.py`)',
    set: [],
    avoid: [],
  },
};
