import type { Config } from '../../config/schema.ts';
import { listModels } from '../../openai/models.ts';
import type { Check } from '../check.ts';

/** Each model endpoint answers, and takes its key. */
export const models: Check = {
  id: 'models',
  title: 'model endpoints answer',
  async run({ config, signal }) {
    const endpoints = endpointsOf(config);
    if (endpoints.length === 0) return undefined;
    const found = await Promise.all(
      endpoints.map(async ({ name, baseUrl, apiKey, deadlines }) => {
        const listed = await listModels({ baseUrl, apiKey, endpoint: name, deadlines, signal });
        return `${name} ${listed ? `${listed.length} model(s)` : 'reachable'}`;
      }),
    );
    return found.join(', ');
  },
};

/** Those with an OpenAI-compatible base URL; Deepgram's has no such route. */
function endpointsOf({ stt, llm, tts }: Config) {
  const all = [
    { name: 'stt' as const, settings: stt, isOurs: stt.provider === 'openai' },
    { name: 'llm' as const, settings: llm, isOurs: true },
    { name: 'tts' as const, settings: tts, isOurs: tts.provider === 'openai' },
  ];
  return all.flatMap(({ name, settings: { baseUrl, apiKey, ...deadlines }, isOurs }) =>
    baseUrl && isOurs ? [{ name, baseUrl, apiKey, deadlines }] : [],
  );
}
