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
      models?.map(({ id }) => id),
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
  const [first] = has;
  if (asked === undefined || first === undefined || has.includes(asked)) return undefined;
  const others =
    has.length === 1
      ? ''
      : `, or one of ${has.slice(1, MOST_NAMES).join(', ')}${has.length > MOST_NAMES ? ' …' : ''}`;
  return `${setting}=${first}${others}`;
}
