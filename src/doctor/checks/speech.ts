import { type StageServer, servedBy, serversOf, voiceName } from '../../config/models.ts';
import type { Config } from '../../config/schema.ts';
import { listModels } from '../../openai/models.ts';
import { speak } from '../../openai/speech.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck, InsideMeans } from '../inside-context.ts';
import { type Arrival, atEachServer, bufferHint, MODELS } from './each-server.ts';
import { withOffer } from './offer.ts';

const TEXTS = { English: 'One, two, three, four, five.', Malay: 'Satu, dua, tiga, empat, lima.' };
/** What raw samples are taken for when nobody says their rate. */
const ASSUMED_RATE = 24_000;

interface Heard extends Arrival {
  sampleRate: number;
  durationMs: number;
}

/** The voice speaks a short text, in the shape that calls use. */
export const speech: InsideCheck = {
  id: 'speech',
  proves: 'the voice speaks',
  isModel: true,
  after: [MODELS.id, 'chat'],
  async run(context) {
    const { config, seen } = context;
    const servers = serversOf(config, 'tts');
    if (servedBy(config, 'tts').plugin || servers[0].baseUrl === '') return undefined;
    return atEachServer('tts', servers, seen, (server) => tryServer({ ...context, server }));
  },
};

/** Of the length of what is said, how long its sound may take. */
const SLOW = 1;
const TOO_SLOW =
  'it speaks slower than it is heard: longer answers have gaps, and every call at once makes it slower; TTS_MODEL: a smaller one, or run the server on a GPU';

const factorOf = ({ lastMs, durationMs }: Heard): number => lastMs / durationMs;

/** What a check is given, and the server of the list that it is to ask. */
type AtServer = InsideMeans & { server: StageServer };

async function tryServer(context: AtServer): Promise<Finding> {
  const { format } = context.config.tts;
  let heard = await say(context, format);
  // A model that is loaded on demand is slow once.
  if (factorOf(heard) >= SLOW) heard = await say(context, format);
  const factor = factorOf(heard);
  const seconds = (heard.durationMs / 1000).toFixed(1);
  const evidence = `${voiceName(context.config, context.server.voice)}: ${seconds} s at ${heard.sampleRate} Hz, first sound after ${heard.firstMs} ms, all after ${heard.lastMs} ms, ${factor.toFixed(2)} of real time`;
  const slow = factor >= SLOW ? TOO_SLOW : undefined;
  const fix = (await rateFault(context, heard)) ?? bufferHint('tts', heard) ?? slow;
  return { evidence, ...(fix && { verdict: 'warn' as const, fix }) };
}

/** Of a server whose protocol does not say the rate of its samples. */
async function rateFault(context: AtServer, heard: Heard): Promise<string | undefined> {
  if (context.server.wire !== undefined) return undefined;
  const listed = await listedRateHint(context, heard);
  return listed ?? (context.config.tts.format === 'pcm' ? rateHint(context, heard) : undefined);
}

async function say(
  { config, server: one, signal }: AtServer,
  format: Config['tts']['format'],
): Promise<Heard> {
  const { wire, model, extraBody, keySetting, voice = config.tts.voice, ...address } = one;
  const { speed } = config.tts;
  const server = { ...address, signal };
  const deadlines = { ...config.tts, attempts: 1 };
  const startedMs = performance.now();
  let firstMs: number | undefined;
  let lastMs = 0;
  let parts = 0;
  let sampleRate = 0;
  let samples = 0;
  try {
    const chunks = speak({
      ...{ ...server, extraBody, model, wire, keySetting },
      ...{ voice, speed, text: TEXTS[languageOf(config)], format, deadlines },
    });
    for await (const chunk of chunks) {
      lastMs = Math.round(performance.now() - startedMs);
      firstMs ??= lastMs;
      parts++;
      sampleRate = chunk.sampleRate;
      samples += chunk.samples.length;
    }
  } catch (error) {
    if (wire !== undefined) throw error;
    throw await withOffer(
      error,
      { endpoint: 'tts', model, voice },
      { ...server, endpoint: 'tts', deadlines },
    );
  }
  return { sampleRate, durationMs: (samples / sampleRate) * 1000, firstMs: firstMs ?? 0, lastMs, parts };
}

/** What callers speak, the voice speaks. */
const languageOf = ({ stt }: Config) => (/^(ms|zsm|id)\b/i.test(stt.language ?? '') ? 'Malay' : 'English');

/**
 * Raw samples whose rate nobody says are taken for 24 kHz, and play too fast or too slow when they are not (Piper's
 * 22,050 Hz: 9 % too fast). The header of a WAV tells.
 */
async function rateHint(context: AtServer, raw: Heard): Promise<string | undefined> {
  if (raw.sampleRate !== ASSUMED_RATE) return undefined;
  const wav = await say(context, 'wav').catch(() => undefined);
  if (!wav || wav.sampleRate === ASSUMED_RATE) return undefined;
  return `its voice is at ${wav.sampleRate} Hz, which raw PCM does not say: it plays ${paceAt(wav.sampleRate)}. Set\nTTS_FORMAT=wav`;
}

/** speaches 0.8 labels the samples of Piper voices, in a WAV too, 24 kHz; its list of models has their rate. */
async function listedRateHint(
  { config, server: one, signal }: AtServer,
  heard: Heard,
): Promise<string | undefined> {
  const { baseUrl, apiKey, headers, extraBody, model } = one;
  if (heard.sampleRate !== ASSUMED_RATE || extraBody?.sample_rate !== undefined) return undefined;
  const server = { baseUrl, apiKey, headers, signal, endpoint: 'tts' as const };
  const models = await listModels({ ...server, deadlines: { ...config.tts, attempts: 1 } }).catch(
    () => undefined,
  );
  const rate = models?.find(({ id }) => id === model)?.sampleRate;
  if (rate === undefined || rate === ASSUMED_RATE) return undefined;
  return `the server lists this voice at ${rate} Hz: it plays ${paceAt(rate)}. Set\nTTS_EXTRA_BODY={"sample_rate":${ASSUMED_RATE}}`;
}

/** Of samples at this rate that are taken for 24 kHz. */
function paceAt(sampleRate: number): string {
  const percent = Math.round((ASSUMED_RATE / sampleRate - 1) * 100);
  return percent > 0 ? `${percent} % too fast` : `${-percent} % too slow`;
}
