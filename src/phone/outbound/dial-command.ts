import type { Config } from '../../config/schema.ts';
import { AppError } from '../../errors.ts';
import { createLog } from '../../observe/log.ts';
import { createPersonaStore } from '../../persona/store.ts';
import { createDialler, type Dialler } from './dialler.ts';

export interface DialFlags {
  prompt?: string;
  var: readonly string[];
  trunk?: string;
}

export interface DialCommandParts {
  dialler?: Dialler;
  print?(text: string): void;
}

/**
 * `voice-agent dial`: calls one number and prints what came of it as JSON, once it was answered or will not be.
 *
 * @returns the exit code: 0 where it was answered.
 * @throws AppError for a flag that cannot be used, a number that may not be called, a limit that is reached.
 */
export async function runDial(
  config: Config,
  to: string,
  { prompt, var: written, trunk }: DialFlags,
  { dialler, print = console.log }: DialCommandParts = {},
): Promise<number> {
  const log = createLog({ ...config.log, destination: process.stderr });
  if (prompt !== undefined) await requirePrompt(prompt, config.agent.promptsDir);
  const variables = variablesOf(written);
  const { dial } = dialler ?? createDialler({ config, log });
  const call = await dial({ to, prompt, variables, trunk }, new AbortController().signal);
  print(JSON.stringify(call));
  return call.result === 'answered' ? 0 : 1;
}

async function requirePrompt(prompt: string, dir: string): Promise<void> {
  const store = createPersonaStore({ dir, log: { debug() {}, info() {}, warn() {} } });
  await store.load();
  if (store.get(prompt)) return;
  const known = store.list().map(({ name }) => name);
  throw new AppError(`--prompt ${prompt}: no such prompt`, { hint: `known: ${known.join(', ')}` });
}

/** @throws AppError naming the first that is no `name=value`. */
export function variablesOf(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((one) => {
      const [, name, value] = /^([A-Za-z_][\w.-]{0,63})=(.*)$/s.exec(one) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new AppError(`--var ${one}: want name=value, such as name=Aisyah`);
    }),
  );
}
