import { CHART_TOOLS, toolPath } from '../tools.ts';
import { schemaLocation } from './api-schemas.ts';

/** Provides the tools and schemas once, before the tests: the first time takes minutes. */
export default async function setup(): Promise<void> {
  const onProgress = (text: string) => process.stderr.write(`${text}\n`);
  for (const name of CHART_TOOLS) await toolPath(name, { onProgress });
  await schemaLocation();
}
