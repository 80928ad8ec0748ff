import { startCall } from '../call/call.ts';
import type { AssignedJob, FromHost } from '../dispatch/host-messages.ts';
import type { Shared } from './boot.ts';
import type { CallContext } from './call-context.ts';
import type { HostedCall } from './calls.ts';
import { openRoom } from './room.ts';

export interface OpenCallParts {
  shared: Shared;
  /** Where the hosts of one worker share the sound of fixed phrases, and what they learned of the endpoints. */
  phraseDir: string;
  send(message: FromHost): void;
}

/** Joins the job's room and talks there; the room is left, whatever happened, before the call counts as over. */
export function openCall(
  job: AssignedJob,
  { jobId, log }: CallContext,
  { shared: { config, personas, vad, ffi }, phraseDir, send }: OpenCallParts,
): HostedCall {
  const room = openRoom({
    ...{ job, ffi },
    livekit: config.livekit,
    onJoined: () => send({ kind: 'call-joined', jobId }),
  });
  const host = {
    ...room,
    async connect() {
      try {
        await room.connect();
      } catch (error) {
        send({ kind: 'fact', jobId, fact: { fact: 'call-not-connected' } });
        throw error;
      }
    },
  };
  const report = (fact: Extract<FromHost, { kind: 'fact' }>['fact']) => send({ kind: 'fact', jobId, fact });
  const started = startCall({ host, config, personas, vad, report, log, phraseDir });
  return {
    ended: started.then(({ ended }) => ended).finally(() => room.close()),
    end: () => void room.close(),
  };
}
