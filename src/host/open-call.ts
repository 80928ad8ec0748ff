import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { type RunningCall, startCall } from '../call/call.ts';
import type { CallMemory } from '../call/call-memory.ts';
import { isCheckCall } from '../config/check-call.ts';
import type { AssignedJob, CallStart, FromHost } from '../dispatch/host-messages.ts';
import { isOfConversation } from '../observe/conversation.ts';
import type { Report } from '../observe/facts.ts';
import { tellLive } from '../observe/live-call.ts';
import type { Shared } from './boot.ts';
import type { CallContext } from './call-context.ts';
import type { Recalls } from './recalls.ts';
import { openRoom } from './room.ts';

export interface OpenCallParts {
  shared: Shared;
  memory: CallMemory;
  recalls: Recalls;
  send(message: FromHost): void;
}

/** Joins the job's room and talks there; the room is left, whatever happened, before the call counts as over. */
export function openCall(
  job: AssignedJob,
  { jobId, log }: CallContext,
  { shared: { config, personas, vad, ffi, turnModel, tracing }, memory, recalls, send }: OpenCallParts,
  { goesOn, mayReturn }: CallStart,
): RunningCall {
  const { livekit } = config;
  const room = openRoom({
    ...{ job, ffi, livekit, log },
    rooms: new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret),
    sip: new SipClient(livekit.url, livekit.apiKey, livekit.apiSecret, { failover: false }),
    onJoined: () => send({ kind: 'call-joined', jobId }),
  });
  const isCounted = !isCheckCall(job.metadata);
  const report: Report = (fact) => isCounted && send({ kind: 'fact', jobId, fact });
  const host = {
    ...room,
    async connect() {
      try {
        await room.connect();
      } catch (error) {
        report({ fact: 'call-not-connected' });
        throw error;
      }
    },
  };
  const traced = isCounted ? tracing?.begin(jobId) : undefined;
  const call = startCall({
    ...{ host, config, personas, vad, report, log, memory, turnModel, goesOn, mayReturn },
    recall: (identity) => recalls.ask(jobId, identity),
    onPrompt: ({ persona, fixed }) => send({ kind: 'prompt', jobId, prompt: { persona, fixed } }),
    trace: traced?.context,
    subscribers: [
      (event) => isOfConversation(event) && send({ kind: 'conversation', jobId, event }),
      tellLive((fact) => isCounted && send({ kind: 'live', jobId, fact })),
      ...[traced?.subscriber ?? []].flat(),
    ],
  });
  void call.ended.then(() => traced?.close());
  return call;
}
