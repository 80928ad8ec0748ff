import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Fetcher } from '../fetch/fetcher.ts';
import { type PinnedModel, WHISPER_BASE } from '../fetch/packages.ts';
import type { RealModel, RealModels, Stage } from '../plan.ts';
import { choosePort } from '../ports.ts';
import { startService } from '../ready.ts';
import type { Supervised } from '../supervise.ts';
import { PYTHON_MODELS, type PythonModel, serverFile } from './models.ts';
import { findPython, pythonWith } from './python.ts';

/** A busy machine of two cores reads the weights in some seconds. */
const WITHIN_MS = 60_000;

/** What there is for the stages of `--real`, before anything runs. */
export interface RealSetUp {
  models: RealModels;
  /** Folder of the Whisper model that the stand-ins' process transcribes by. */
  whisper: string | undefined;
  pythons: Partial<Record<Stage, PythonPlace>>;
}

interface PythonPlace {
  python: string;
  /** Of the model. */
  folder: string;
  port: number;
}

export interface SetUpParts extends Pick<Context, 'sources' | 'screen'> {
  fetcher: Fetcher;
  signal: AbortSignal;
}

/**
 * Fetches and installs what the stages need.
 *
 * @param standInUrl - base URL of the process that transcribes
 * @throws AppError that says what is missing.
 */
export async function setUpReal(
  stages: readonly Stage[],
  standInUrl: string,
  { fetcher, ...parts }: SetUpParts,
): Promise<RealSetUp> {
  const models: RealModels = {};
  const pythons: RealSetUp['pythons'] = {};
  // Before the first of hundreds of megabytes.
  if (stages.some((stage) => stage !== 'stt')) await findPython(parts.sources.env);
  const whisper = stages.includes('stt') ? await fetcher.fetch(WHISPER_BASE) : undefined;
  if (whisper !== undefined) models.stt = whisperModel(WHISPER_BASE, standInUrl);
  for (const stage of ['llm', 'tts'] as const) {
    if (!stages.includes(stage)) continue;
    const { model, name, program, detail, port: wanted } = PYTHON_MODELS[stage];
    const folder = await fetcher.fetch(model);
    const python = await pythonWith(stage, program, { dir: fetcher.dir, ...parts });
    const { port } = await choosePort(wanted);
    pythons[stage] = { python, folder, port };
    models[stage] = { url: `http://127.0.0.1:${port}/v1`, name, detail };
  }
  return { models, whisper, pythons };
}

/** A Whisper model, which the stand-ins' process transcribes by. */
export const whisperModel = ({ id, what }: PinnedModel, url: string): RealModel => ({
  url,
  name: id,
  detail: `${what}, by ONNX Runtime`,
});

/** Starts the servers of Python; fulfilled with them once they answer. */
export async function runReal(
  { pythons }: RealSetUp,
  context: Context,
): Promise<Partial<Record<Stage, Supervised>>> {
  const services: Partial<Record<Stage, Supervised>> = {};
  for (const stage of ['llm', 'tts'] as const) {
    const found = pythons[stage];
    if (found) services[stage] = serve(PYTHON_MODELS[stage], found, context);
  }
  await Promise.all(Object.values(services).map(({ ready }) => ready));
  return services;
}

function serve(
  { server, name, args }: PythonModel,
  { python, folder, port }: PythonPlace,
  { sources, logDir, keep }: Context,
): Supervised {
  return keep(name, () =>
    startService({
      name,
      withinMs: WITHIN_MS,
      command: python,
      args: [serverFile(server), '--name', name, '--port', String(port), ...args(folder)],
      env: sources.env,
      logFile: join(logDir, `${name}.log`),
      readyAt: (line) => line.includes(' listening on http'),
    }),
  );
}
