import type { EndpointName } from '../../errors.ts';
import { AppError, EndpointError } from '../../errors.ts';
import { type ListModelsOptions, listModels, listVoices } from '../../openai/models.ts';

const MOST_NAMES = 8;
/** Where servers refuse a model or a voice that they do not have. */
const REFUSALS = new Set([400, 404, 422, 500]);

export interface Wanted {
  endpoint: Extract<EndpointName, 'stt' | 'llm' | 'tts'>;
  model: string;
  voice?: string;
}

/**
 * A failed request with what its server has in place of a model or voice that it does not list, as lines to paste.
 * Anything else is returned as it is.
 */
export async function withOffer(error: unknown, wanted: Wanted, server: ListModelsOptions): Promise<unknown> {
  if (!(error instanceof EndpointError) || !REFUSALS.has(error.status ?? 0)) return error;
  const [models, voices] = await Promise.all([
    listModels(server).catch(() => undefined),
    wanted.voice === undefined ? undefined : listVoices(server).catch(() => undefined),
  ]);
  const name = wanted.endpoint.toUpperCase();
  const lines = [
    offer(
      `${name}_MODEL`,
      wanted.model,
      models &&
        likeliestFirst(
          wanted,
          models.map(({ id }) => id),
        ),
    ),
    offer(`${name}_VOICE`, wanted.voice, voices ?? models?.flatMap((model) => model.voices ?? [])),
  ].filter((line) => line !== undefined);
  if (lines.length === 0) return error;
  return new AppError(error.message, {
    hint: [error.hint, ...lines].filter(Boolean).join('\n'),
    cause: error,
  });
}

/** Nothing to offer when the server lists what it was asked for, or lists nothing. */
function offer(setting: string, asked: string | undefined, has: readonly string[] = []): string | undefined {
  const [first, ...others] = has;
  if (asked === undefined || first === undefined || has.includes(asked)) return undefined;
  const named = others.slice(0, MOST_NAMES - 1).join(', ');
  const more = others.length >= MOST_NAMES ? ' …' : '';
  return `${setting}=${first}${others.length === 0 ? '' : `\n(it also has ${named}${more})`}`;
}

const HEARS = /whisper|\bstt\b|\basr\b|transcri|parakeet|canary|voxtral|moonshine/i;
const SPEAKS = /\btts\b|kokoro|piper|speech|voice|orpheus|chatterbox/i;
const NEITHER = /embed|rerank/i;

/** One list may hold models of every kind: those that by their names are of the kind that is wanted come first. */
function likeliestFirst({ endpoint }: Wanted, ids: readonly string[]): string[] {
  const fits = (id: string) => {
    if (endpoint === 'stt') return HEARS.test(id);
    if (endpoint === 'tts') return SPEAKS.test(id) && !HEARS.test(id);
    return ![HEARS, SPEAKS, NEITHER].some((kind) => kind.test(id));
  };
  return ids.toSorted((a, b) => Number(fits(b)) - Number(fits(a)));
}
