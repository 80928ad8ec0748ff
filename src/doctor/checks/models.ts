import { modelEndpoints } from '../../config/models.ts';
import { listModels, type ModelInfo } from '../../openai/models.ts';
import { urlHost } from '../../urls.ts';
import type { InsideCheck } from '../inside-context.ts';

const MOST_NAMES = 6;

/** Each model endpoint answers, and takes its key; lists the models that it has. */
export const models = {
  id: 'models',
  proves: 'model endpoints answer',
  async run({ config, signal }) {
    const endpoints = modelEndpoints(config);
    if (endpoints.length === 0) return undefined;
    const found = await Promise.all(
      endpoints.map(async ({ name, deadlines, isFirst, ...server }) => {
        const listed = await listModels({ ...server, endpoint: name, deadlines, signal });
        return `${isFirst ? name : `${name} ${urlHost(server.baseUrl)}`} ${listed ? listOf(listed) : 'reachable, lists no models'}`;
      }),
    );
    return found.join('\n');
  },
} satisfies InsideCheck;

function listOf(models: readonly ModelInfo[]): string {
  if (models.length === 0) return 'has no model';
  const names = models.slice(0, MOST_NAMES).map(describe);
  const more = models.length - names.length;
  return `has ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function describe({ id, contextTokens, sampleRate, voices }: ModelInfo): string {
  const about = [
    contextTokens && `${contextTokens} tokens`,
    sampleRate && `${sampleRate} Hz`,
    voices && `${voices.length} voice(s)`,
  ].filter(Boolean);
  return about.length === 0 ? id : `${id} (${about.join(', ')})`;
}
