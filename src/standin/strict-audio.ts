import { z } from 'zod';
import { RequestProblem } from './reply.ts';
import { vllmRefusal } from './strict.ts';

/** A form that asks for a transcript: its fields, and whether its file is a WAV. */
export interface HearAsked {
  fields: Readonly<Record<string, string>>;
  isWav: boolean;
}

export interface SpeakAsked {
  body: Readonly<Record<string, unknown>>;
}

/** How a server refuses what it was asked, in its own words; `undefined` where it takes it. */
type Rule<Asked> = (asked: Asked) => RequestProblem | undefined;

const STT = 'stand-in-stt';
const TTS = 'stand-in-tts';

/** Those that vLLM 0.32 names. */
const LANGUAGES =
  'af ar hy az be bs bg ca zh hr cs da nl en et fi fr gl de el he hi hu is id it ja kn kk ko lv lt mk ms mr mi ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy'.split(
    ' ',
  );
/** Four of Kokoro-FastAPI's, for all. */
const KOKORO_VOICES = ['af_heart', 'af_bella', 'am_adam', 'bf_emma'];

/** An error of FastAPI's. */
const detail = (status: number, value: unknown) =>
  new RequestProblem(status, String(value), null, { body: JSON.stringify({ detail: value }) });

const knowsLanguage = ({ language }: HearAsked['fields']) =>
  language === undefined || LANGUAGES.includes(language);

const VLLM: readonly Rule<HearAsked>[] = [
  ({ fields: { model } }) => {
    const message = `The model \`${model}\` does not exist. Valid aliases: ${STT}.`;
    if (model !== STT) return new RequestProblem(404, message, 'model', { type: 'NotFoundError', code: 404 });
  },
  ({ fields }) => {
    const known = LANGUAGES.map((one) => `'${one}'`).join(', ');
    if (!knowsLanguage(fields))
      return vllmRefusal(null, `Unsupported language: '${fields.language}'.  Must be one of [${known}].`);
  },
  ({ fields: { temperature } }) => {
    const value = Number(temperature ?? 0).toFixed(1);
    const message = `temperature must be in [0, 2], got ${value}. (parameter=temperature, value=${value})`;
    if (Number(value) > 2) return vllmRefusal('temperature', message);
  },
  ({ isWav }) => {
    const message =
      'Invalid or corrupted audio data. Ensure the input is a valid audio or video file (e.g. a complete WAV, MP3, or MP4).';
    if (!isWav) return vllmRefusal(null, message);
  },
  ({ fields: { response_format, stream } }) => {
    if (response_format === 'verbose_json' && stream === 'true')
      return vllmRefusal(null, "verbose_json format doesn't support streaming case");
  },
  ({ fields: { response_format, prompt } }) => {
    const kind = { type: 'InternalServerError', code: 500 };
    if (response_format === 'verbose_json' && prompt !== undefined)
      return new RequestProblem(500, 'tuple index out of range', null, kind);
  },
];

const notInstalled = (model: unknown) =>
  detail(
    404,
    `Model '${model}' is not installed locally. You can download the model using \`POST /v1/models\``,
  );

const SPEACHES_STT: readonly Rule<HearAsked>[] = [
  ({ fields: { model } }) => (model === STT ? undefined : notInstalled(model)),
  ({ fields }) => {
    if (!knowsLanguage(fields))
      return new RequestProblem(500, 'Internal Server Error', null, { body: 'Internal Server Error' });
  },
  ({ isWav }) => {
    if (!isWav) return detail(415, 'Failed to decode audio. The provided file type is not supported.');
  },
];

/** What pydantic says of a format that is none of these. */
function formats(...known: string[]): Rule<SpeakAsked> {
  const names = known.map((one) => `'${one}'`);
  const expected = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  return ({ body: { response_format: input = 'mp3' } }) => {
    const wrong = {
      type: 'literal_error',
      loc: ['body', 'response_format'],
      msg: `Input should be ${expected}`,
    };
    if (!known.includes(String(input))) return detail(422, [{ ...wrong, input, ctx: { expected } }]);
  };
}

const SPEACHES_TTS: readonly Rule<SpeakAsked>[] = [
  ({ body: { model } }) => (model === TTS ? undefined : notInstalled(model)),
  formats('mp3', 'flac', 'wav', 'pcm'),
  ({ body: { speed = 1 } }) => {
    const value = Number(speed);
    if (value < 0.25 || value > 4)
      return detail(422, `Speed must be between 0.25 and 4.0, got ${value.toFixed(1)}`);
  },
];

const kokoro = (error: string, message: string) =>
  detail(400, { error, message, type: 'invalid_request_error' });

const KOKORO: readonly Rule<SpeakAsked>[] = [
  ({ body: { model } }) =>
    model === TTS ? undefined : kokoro('invalid_model', `Unsupported model: ${model}`),
  formats('mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'),
  ({ body: { speed: input = 1 } }) => {
    const wrong = { loc: ['body', 'speed'], msg: 'Input should be less than or equal to 4', input };
    if (Number(input) > 4) return detail(422, [{ type: 'less_than_equal', ...wrong, ctx: { le: 4 } }]);
  },
  ({ body: { voice } }) => {
    // It takes hyphens and plus signs for a sum of voices.
    const parts = String(voice).split(/[-+]/);
    const unknown = parts.find((one) => !KOKORO_VOICES.includes(one));
    const known = KOKORO_VOICES.join(', ');
    if (unknown !== undefined)
      return kokoro('validation_error', `Voice '${unknown}' not found. Available voices: ${known}`);
  },
];

/** What each server was seen to refuse: `test/fixtures/servers` holds its words. */
export const STT_STRICT_AS = { 'vllm-0.32.0': VLLM, 'speaches-0.8.3': SPEACHES_STT } as const;
export const TTS_STRICT_AS = { 'speaches-0.8.3': SPEACHES_TTS, 'kokoro-fastapi-0.8.0': KOKORO } as const;

/** A server's name, or `none`: then the stand-in has its own limits. */
export const sttStrictSchema = z.enum(['none', 'vllm-0.32.0', 'speaches-0.8.3']);
export const ttsStrictSchema = z.enum(['none', 'speaches-0.8.3', 'kokoro-fastapi-0.8.0']);
export type SttStrict = z.output<typeof sttStrictSchema>;
export type TtsStrict = z.output<typeof ttsStrictSchema>;

/** Throws `RequestProblem` for the first thing that the server would refuse. */
export function requireStrictStt(strict: SttStrict, asked: HearAsked): void {
  if (strict !== 'none') requireAll(STT_STRICT_AS[strict], asked);
}

/** Throws `RequestProblem` for the first thing that the server would refuse. */
export function requireStrictTts(strict: TtsStrict, asked: SpeakAsked): void {
  if (strict !== 'none') requireAll(TTS_STRICT_AS[strict], asked);
}

/** vLLM serves Whisper, which is no realtime model: it refuses the upgrade. */
export const refusesRealtime = (strict: SttStrict) => strict === 'vllm-0.32.0';

function requireAll<Asked>(rules: readonly Rule<Asked>[], asked: Asked): void {
  for (const rule of rules) {
    const refusal = rule(asked);
    if (refusal) throw refusal;
  }
}
