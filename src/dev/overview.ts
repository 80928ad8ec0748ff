import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { servedBy } from '../config/models.ts';
import { hideUrlSecrets } from '../urls.ts';
import { DEV_LIVEKIT_FILE, masked } from './livekit-keys.ts';
import type { Plan, Stage } from './plan.ts';
import type { RunningLiveKit } from './run-livekit.ts';
import type { RunningStandIns } from './run-stand-ins.ts';
import type { RunningWorker } from './run-worker.ts';
import { renderTable } from './table.ts';

const ONLY_ENGLISH = 'Flite reads Malay too in its English voice; for a Malay voice, install espeak-ng.';
/** What an engine of the stand-ins does, where its name does not say it. */
const ENGINES: Readonly<Record<string, string>> = {
  duration: 'it says how long you spoke',
  eliza: 'eliza, a program of 1966 that turns your words around',
  tones: 'tones instead of words',
};

export interface Overview {
  plan: Plan;
  livekit: RunningLiveKit;
  standIns: RunningStandIns | undefined;
  worker: RunningWorker;
  /** Prompts that a call can choose. */
  prompts: readonly string[];
  logDir: string;
}

/** What runs, where, and what is worth knowing about it. */
type Row = readonly [what: string, where: string, detail: string];

/** The one table of `npm run dev`: what runs where, which prompt, which models. */
export function renderOverview({ plan, livekit, standIns, worker, prompts, logDir }: Overview): string {
  const { agent } = plan.config;
  const at = (where: string, pid: number | undefined) =>
    pid === undefined ? where : `${where} (pid ${pid})`;
  const others = prompts.filter((name) => name !== agent.prompt);
  const answers = agent.name === '' ? 'joins every room' : `joins when «${agent.name}» is dispatched`;
  const rows: Row[] = [
    ['what', 'where', 'detail'],
    ['page', worker.pageUrl ?? 'off', worker.pageUrl ? 'open it and call' : 'WEB_ENABLED=false'],
    ['LiveKit', at(hideUrlSecrets(livekit.url), livekit.service?.pid()), livekit.detail],
    ...keyRows(plan, livekit),
    ['worker', at('this machine', worker.service.pid()), `${answers}; ${agent.maxCalls} call slots`],
    [
      'prompt',
      join(agent.promptsDir, `${agent.prompt}.md`),
      `edits reach the next call; also ${others.join(', ') || 'none'}`,
    ],
    ...(['stt', 'llm', 'tts'] as const).map((stage) => stageRow(stage, plan, standIns)),
    ['logs', logDir, 'everything these processes say'],
  ];
  const table = renderTable(rows).replace(/^/gm, '  ');
  const forReal = `Stand-ins only play a model's part. For real ones set OPENAI_BASE_URL, or ${variables(plan.standIns)}; or have small ones run here: npm run dev -- --real`;
  if (plan.standIns.length === 0) return table;
  const english =
    plan.standIns.includes('tts') && standIns?.engines.tts === 'flite' ? `\n${ONLY_ENGLISH}` : '';
  return `${table}\n\n${forReal}${english}`;
}

/** Of a LiveKit of ours; the user knows the pair of another. */
function keyRows({ config }: Plan, { service }: RunningLiveKit): Row[] {
  const { apiKey, apiSecret } = config.livekit;
  const pair = `key ${masked(apiKey)}, secret ${masked(apiSecret)}`;
  return service ? [['', pair, `in ${DEV_LIVEKIT_FILE}, for \`npm run token\``]] : [];
}

const variables = (stages: readonly Stage[]) =>
  stages.map((stage) => `${stage.toUpperCase()}_BASE_URL`).join(', ');

function stageRow(
  stage: Stage,
  { config, standIns: standInStages, real }: Plan,
  standIns: RunningStandIns | undefined,
): Row {
  const what = stage.toUpperCase();
  const { provider } = config[stage];
  const { model, baseUrl } = servedBy(config, stage);
  if (standInStages.includes(stage)) {
    const where = `${baseUrl} (pid ${standIns?.service.pid()})`;
    const engine = standIns?.engines[stage] ?? '';
    return [what, where, `STAND-IN, not a model: ${ENGINES[engine] ?? engine}`];
  }
  const ours = real[stage];
  if (ours) return [what, ours.url, `${ours.name}, on this machine: ${ours.detail}`];
  return [what, hideUrlSecrets(baseUrl), `${model} (${provider})`];
}

/** Names of the prompt files in a folder; those that start with `_` are parts of others. */
export async function promptNames(dir: string): Promise<string[]> {
  const files = await readdir(dir).catch(() => []);
  return files.flatMap((file) => /^([^_.].*)\.md$/.exec(file)?.[1] ?? []).sort();
}
