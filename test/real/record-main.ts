import { parseArgs } from 'node:util';
import { record, stagesIn } from './record.ts';

/**
 * Records a server that runs: npx tsx test/real/record-main.ts --server vllm-0.32.0 --url http://127.0.0.1:9305/v1
 * --model smollm2 --stages chat [--voice joe] [--variant gemma-2] [--only chat.answer]
 */
const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    url: { type: 'string' },
    model: { type: 'string' },
    stages: { type: 'string' },
    voice: { type: 'string', default: 'none' },
    variant: { type: 'string' },
    only: { type: 'string' },
  },
});
const { server, url, model, stages, voice, variant, only } = values;
if (!server || !url || !model || !stages) throw new Error('wants --server, --url, --model and --stages');
await record(
  {
    ...{ server, model, voice },
    baseUrl: url,
    stages: stagesIn(stages),
    ...(variant !== undefined && { variant }),
    ...(only !== undefined && { only }),
  },
  (line) => void process.stdout.write(`${line}\n`),
);
process.exit(0);
