import { deepgramDialect, textIn } from './deepgram-dialect.ts';
import { isObject, type JsonObject } from './extra-body.ts';
import { endpointUrl } from './request.ts';
import type { Wire } from './wire.ts';

/** What the recognisers of several languages are asked for. */
const ANY_LANGUAGE = 'multi';
const SAMPLE_RATE = 24_000;

/**
 * Deepgram's API, by its documentation: `POST /listen` takes a WAV, `/listen` as a WebSocket sound while it is spoken,
 * `POST /speak` answers sound while it is made. What is asked for stands in the query.
 */
export const deepgram: Wire = {
  authorization: (apiKey) => ({ authorization: `Token ${apiKey}` }),

  transcription: ({ baseUrl, model, extraBody }, { wav, language = ANY_LANGUAGE }) => ({
    url: urlOf(baseUrl, 'listen', { model, language, ...FORMATTED, ...extraBody }),
    contentType: 'audio/wav',
    body: wav,
  }),

  transcript(json) {
    const { results } = json;
    const channels = isObject(results) ? results.channels : undefined;
    const channel: unknown = Array.isArray(channels) ? channels[0] : undefined;
    const text = textIn(channel);
    const language = isObject(channel) ? channel.detected_language : undefined;
    return text === undefined ? undefined : { text, ...(typeof language === 'string' && { language }) };
  },

  socketUrl: ({ baseUrl, model, extraBody }, language = ANY_LANGUAGE) =>
    urlOf(baseUrl, 'listen', {
      ...{ model, language, ...FORMATTED },
      ...{ encoding: 'linear16', sample_rate: 16_000, channels: 1 },
      // The end of speech is ours to say.
      ...{ interim_results: false, endpointing: false, ...extraBody },
    }),

  dialect: deepgramDialect,

  speech: ({ baseUrl, model, extraBody }, { text, speed, format }) => ({
    url: urlOf(baseUrl, 'speak', {
      ...{ model, encoding: 'linear16', sample_rate: SAMPLE_RATE, speed },
      ...{ container: format === 'wav' ? 'wav' : 'none', ...extraBody },
    }),
    contentType: 'application/json',
    body: new TextEncoder().encode(JSON.stringify({ text })),
  }),
};

const FORMATTED = { punctuate: true, smart_format: true };

/** A list is a parameter for each of its members. */
function urlOf(baseUrl: string, path: string, query: JsonObject): string {
  const url = new URL(endpointUrl(baseUrl, path));
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.delete(name);
    for (const one of [value].flat()) if (one != null) url.searchParams.append(name, String(one));
  }
  return url.href;
}
