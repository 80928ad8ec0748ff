import { modelEndpoints } from '../../config/models.ts';
import { listModels } from '../../openai/models.ts';
import type { Check } from '../check.ts';

/** Each model endpoint answers, and takes its key. */
export const models: Check = {
  id: 'models',
  title: 'model endpoints answer',
  async run({ config, signal }) {
    const endpoints = modelEndpoints(config);
    if (endpoints.length === 0) return undefined;
    const found = await Promise.all(
      endpoints.map(async ({ name, deadlines, ...server }) => {
        const listed = await listModels({ ...server, endpoint: name, deadlines, signal });
        return `${name} ${listed ? `${listed.length} model(s)` : 'reachable'}`;
      }),
    );
    return found.join(', ');
  },
};
