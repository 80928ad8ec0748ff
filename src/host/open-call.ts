import { ppid } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { type RunningCall, startCall } from '../call/call.ts';
import type { CallMemory } from '../call/call-memory.ts';
import { keepsSound } from '../call/consent.ts';
import { isCheckCall } from '../config/check-call.ts';
import type { Config } from '../config/schema.ts';
import type { AssignedJob, CallStart, FromHost } from '../dispatch/host-messages.ts';
import { isOfConversation } from '../observe/conversation.ts';
import type { Report } from '../observe/facts.ts';
import { tellLive } from '../observe/live-call.ts';
import type { Log } from '../observe/log.ts';
import { systemClock } from '../openai/clock.ts';
import { limitsFor } from '../phone/outbound/dialler.ts';
import { isOfRecord } from '../records/call-record.ts';
import { RecordsFolder, workerIdOf } from '../records/folder.ts';
import { Recorder } from '../records/recorder.ts';
import type { Shared } from './boot.ts';
import type { CallContext } from './call-context.ts';
import type { Recalls } from './recalls.ts';
import { openRoom } from './room.ts';

const CLOSED_WITHIN_MS = 3000;

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
    ...{ job, ffi, livekit, log, phone: config.phone, limits: limitsFor(config) },
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
  const recorder = isCounted ? openRecorder(jobId, config, report, log) : undefined;
  const call = startCall({
    ...{ host, config, personas, vad, report, log, memory, turnModel, goesOn, mayReturn, sound: recorder },
    recall: (identity) => recalls.ask(jobId, identity),
    onPrompt: ({ persona, fixed }) => send({ kind: 'prompt', jobId, prompt: { persona, fixed } }),
    trace: traced?.context,
    subscribers: [
      (event) => isOfConversation(event) && send({ kind: 'conversation', jobId, event }),
      (event) => isCounted && isOfRecord(event) && send({ kind: 'record', jobId, event }),
      (event) => recorder?.follow(event),
      tellLive((fact) => isCounted && send({ kind: 'live', jobId, fact })),
      ...[traced?.subscriber ?? []].flat(),
    ],
  });
  void call.ended.then(() => traced?.close());
  return recorder ? { ...call, ended: call.ended.then((end) => closed(recorder).then(() => end)) } : call;
}

/** `undefined` where no call's sound is kept. */
function openRecorder(callId: string, config: Config, report: Report, log: Log): Recorder | undefined {
  const { dir } = config.records;
  if (!dir || !keepsSound(config.records)) return undefined;
  const folder = new RecordsFolder(dir, workerIdOf(ppid));
  return new Recorder({ callId, folder, clock: systemClock, log, report });
}

/** A disk that hangs keeps no call from its end. */
const closed = (recorder: Recorder) =>
  Promise.race([recorder.close(), delay(CLOSED_WITHIN_MS, undefined, { ref: false })]);
