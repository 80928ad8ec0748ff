/** What a server says that matters here; `item` names the utterance where the server numbers them. */
export type ServerEvent =
  | { kind: 'committed'; item: string | undefined }
  | { kind: 'delta'; item: string | undefined; text: string }
  | { kind: 'final'; item: string | undefined; text: string }
  /** `said` is the whole message. */
  | { kind: 'failed' | 'error'; item: string | undefined; said: string };

export interface Session {
  model: string;
  language?: string | undefined;
  prompt?: string | undefined;
}

/** How one kind of server wants to be spoken to. Bytes are sent as they are, all else as JSON. */
export interface Dialect {
  /** Of the 16-bit mono audio that it wants. */
  sampleRate: number;
  /** Sent once, before any audio; turns the server's own turn detection off. */
  configure?(session: Session): object;
  /** Sent before the audio of an utterance. */
  begin?: object;
  /** Audio of it. */
  append(samples: Int16Array): object | Uint8Array;
  /** Sent after it. */
  commit(): object;
  /** Makes the server forget the audio since the last commit. */
  clear?: object;
  /** Takes the next utterance only when it has answered the last. */
  oneByOne?: boolean;
  /** An error that means nothing. */
  forgives?: RegExp;
  /** Sent every few seconds, for a server that ends a connection on which nothing comes. */
  keepAlive?: object;
  /** `undefined` for what need not be known, such as rate limits. */
  read(message: Record<string, unknown>): ServerEvent | undefined;
}

const COMMIT = { type: 'input_audio_buffer.commit' };
const append = ({ buffer, byteOffset, byteLength }: Int16Array) => ({
  type: 'input_audio_buffer.append',
  audio: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
});
const CLEAR = { type: 'input_audio_buffer.clear' };

const openai: Dialect = {
  sampleRate: 24_000,
  configure: (session) => {
    const format = { type: 'audio/pcm', rate: 24_000 };
    const input = { format, transcription: transcriptionOf(session), turn_detection: null };
    return { type: 'session.update', session: { type: 'transcription', audio: { input } } };
  },
  append,
  commit: () => COMMIT,
  clear: CLEAR,
  read,
};

const openaiBeta: Dialect = {
  ...openai,
  configure: (session) => ({
    type: 'transcription_session.update',
    session: {
      input_audio_format: 'pcm16',
      input_audio_transcription: transcriptionOf(session),
      turn_detection: null,
    },
  }),
};

const speaches: Dialect = {
  ...openai,
  configure: (session) => ({
    type: 'session.update',
    session: {
      input_audio_transcription: transcriptionOf(session),
      // It refuses `null`. No audio is surer than 1 to be speech, so that this never cuts.
      turn_detection: {
        type: 'server_vad',
        threshold: 1,
        silence_duration_ms: 60_000,
        prefix_padding_ms: 0,
        create_response: false,
      },
    },
  }),
  // The field must be there, and that it is there is an error.
  forgives: /prefix_padding_ms/,
};

const vllm: Dialect = {
  sampleRate: 16_000,
  configure: ({ model }) => ({ type: 'session.update', model }),
  // It transcribes while it listens: the first commit starts that, the final one ends it.
  begin: COMMIT,
  append,
  commit: () => ({ ...COMMIT, final: true }),
  oneByOne: true,
  read,
};

function transcriptionOf({ model, language, prompt }: Session): object {
  return { model, ...(language && { language }), ...(prompt && { prompt }) };
}

/** The dialect of the server that greets so; `undefined` for a message that is no greeting. */
export function dialectOf(message: Record<string, unknown>): Dialect | undefined {
  if (message.type === 'transcription_session.created') return openaiBeta;
  if (message.type !== 'session.created') return undefined;
  const { session } = message;
  if (typeof session !== 'object' || session === null) return vllm;
  return 'input_audio_format' in session ? speaches : openai;
}

function read(message: Record<string, unknown>): ServerEvent | undefined {
  const type = String(message.type);
  const item = typeof message.item_id === 'string' ? message.item_id : undefined;
  const text = [message.delta, message.transcript, message.text].find((one) => typeof one === 'string') ?? '';
  if (type === 'input_audio_buffer.committed') return { kind: 'committed', item };
  if (/(^|_)transcription\.delta$/.test(type)) return { kind: 'delta', item, text };
  if (/(^|_)transcription\.(completed|done)$/.test(type)) return { kind: 'final', item, text };
  const said = JSON.stringify(message);
  if (/(^|_)transcription\.failed$/.test(type)) return { kind: 'failed', item, said };
  return type === 'error' ? { kind: 'error', item, said } : undefined;
}
