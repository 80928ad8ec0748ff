import { readFile } from 'node:fs/promises';
import { SipClient } from 'livekit-server-sdk';
import type { Sources } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { applySetup, planSetup } from './apply.ts';
import { describePlan } from './plan.ts';
import { readSetup } from './read-setup.ts';
import type { InboundTrunk } from './setup.ts';

const REQUEST_TIMEOUT_S = 10;

export interface ApplyOptions {
  file: string;
  dryRun: boolean;
  config: Pick<Config, 'livekit' | 'agent'>;
  sources: Sources;
  print(line: string): void;
}

/**
 * `voice-agent sip apply`: makes LiveKit's trunks and dispatch rules equal to a set-up file, and says what it did.
 *
 * @throws AppError when the file is faulty, a password is missing, or LiveKit refuses.
 */
export async function runApply({ file, dryRun, config, sources, print }: ApplyOptions): Promise<void> {
  const { url, apiKey, apiSecret } = config.livekit;
  const { name: agentName } = config.agent;
  if (agentName === '')
    throw new AppError('AGENT_NAME is empty: an agent that joins every room is told nothing of a call', {
      hint: 'set AGENT_NAME, for the worker too',
    });
  const setup = readSetup(file, await textOf(file));
  const parts = {
    ...{ setup, agentName, password: passwordFrom(sources) },
    api: new SipClient(url, apiKey, apiSecret, { requestTimeout: REQUEST_TIMEOUT_S, failover: false }),
  };
  const steps = await planSetup(parts);
  print(describePlan(steps));
  if (dryRun || steps.length === 0) return;
  await applySetup(parts);
  print(`Done: ${steps.length} of ${steps.length}.`);
}

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause) => {
    throw new AppError(`${file}: cannot be read`, { cause, hint: 'name the set-up file of the phones' });
  });

/** Reads what `passwordEnv` and `passwordFile` name. */
export function passwordFrom({ env, read }: Sources) {
  return ({ username, passwordEnv, passwordFile = '' }: NonNullable<InboundTrunk['auth']>): string => {
    const found = passwordEnv === undefined ? read(passwordFile) : env[passwordEnv];
    if (found?.trim()) return found.trim();
    const where = passwordEnv === undefined ? `the file ${passwordFile}` : `the variable ${passwordEnv}`;
    throw new AppError(`no password of the trunk’s user ${username}: ${where} is missing or empty`, {
      hint: 'set it where this command runs',
    });
  };
}
