import { readFileSync } from 'node:fs';
import {
  ParticipantPermission,
  RegisterWorkerRequest,
  UpdateWorkerStatus,
  WorkerStatus,
} from '@livekit/protocol';
import type { Config } from '../config/schema.ts';
import type { ToLiveKit } from './agent-socket.ts';
import { COLD_LOAD, FULL_LOAD } from './slots.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Says which agent this worker is, and what its agents may do in a room. */
export function registration({ name, deployment }: Config['agent']): ToLiveKit {
  const allowedPermissions = new ParticipantPermission({
    ...{ canPublish: true, canSubscribe: true, canPublishData: true, canUpdateMetadata: true, agent: true },
  });
  const value = { agentName: name, version, deployment, allowedPermissions };
  return { case: 'register', value: new RegisterWorkerRequest(value) };
}

export interface WorkerState {
  /** `false` while draining. */
  isOpen: boolean;
  isWarm: boolean;
  /** Of `Slots`. */
  load: number;
  calls: number;
}

/** What LiveKit is told at every change: a cold worker is chosen last, a full or closed one never. */
export function workerStatus({ isOpen, isWarm, load, calls }: WorkerState): ToLiveKit {
  const told = isOpen ? Math.max(load, isWarm ? 0 : COLD_LOAD) : FULL_LOAD;
  const status = told >= FULL_LOAD ? WorkerStatus.WS_FULL : WorkerStatus.WS_AVAILABLE;
  return { case: 'updateWorker', value: new UpdateWorkerStatus({ load: told, status, jobCount: calls }) };
}
