import { modelEndpoints } from '../../config/models.ts';
import { listModels, type ModelInfo } from '../../openai/models.ts';
import { urlHost } from '../../urls.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck } from '../inside-context.ts';
import { findingOf, isUnreachable, MODELS } from './each-server.ts';

const MOST_NAMES = 6;

/** Each model endpoint answers, and takes its key; lists the models that it has. */
export const models = {
  ...MODELS,
  after: ['dns'],
  async run({ config, seen, signal }): Promise<Finding | undefined> {
    const endpoints = modelEndpoints(config);
    if (endpoints.length === 0) return undefined;
    const unreachable = new Set<string>();
    const found = await Promise.all(
      endpoints.map(({ name, deadlines, isFirst, ...server }) =>
        findingOf(async () => {
          try {
            const listed = await listModels({ ...server, endpoint: name, deadlines, signal });
            const at = isFirst ? name : `${name} ${urlHost(server.baseUrl)}`;
            return { evidence: `${at} ${listed ? listOf(listed) : 'reachable, lists no models'}` };
          } catch (error) {
            if (isUnreachable(error)) unreachable.add(`${name} ${server.baseUrl}`);
            throw error;
          }
        }),
      ),
    );
    seen.unreachable = unreachable;
    const evidence = [...new Set(found.map((one) => one.evidence))].join('\n');
    const fixes = [...new Set(found.flatMap(({ fix }) => fix ?? []))];
    const isBroken = found.some(({ verdict }) => verdict === 'fail');
    return { evidence, ...(isBroken && { verdict: 'fail', fix: fixes.join('\n') }) };
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
