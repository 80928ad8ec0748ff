import { randomBytes } from 'node:crypto';
import { type ParticipantInfo, ParticipantInfo_Kind, ParticipantInfo_State } from '@livekit/protocol';
import { AgentDispatchClient, RoomAgentDispatch } from 'livekit-server-sdk';
import { CHECK_CALL } from '../../config/check-call.ts';
import { mintCheckToken } from '../../config/check-room.ts';
import type { Lines } from '../../observe/lines.ts';
import type { Finding } from '../check.ts';
import { endRoom } from '../end-room.ts';
import type { InsideCheck, InsideMeans } from '../inside-context.ts';
import { openSignalling, type Signalling } from '../signalling.ts';
import { workerLines } from '../worker-lines.ts';

const TOKEN_TTL_MS = 60_000;
const JOINS_WITHIN_MS = 15_000;
/** More is worth a word: the caller hears nothing for so long. */
const NOTABLE_MS = 3000;
const REQUEST_TIMEOUT_S = 5;

/**
 * A room dispatches the agent by its name, as a caller's does, and it joins: takes one call slot for so long and
 * none when all are taken, and is marked as a check (`config/check-call.ts`).
 */
export const dispatch: InsideCheck = {
  id: 'dispatch',
  proves: 'the agent joins a call',
  needs: ['signal-token', 'ready'],
  deadlineMs: 25_000,
  async run(means): Promise<Finding | string> {
    const { config, atEnd, seen, signal } = means;
    const { livekit, agent } = config;
    if (agent.name === '')
      return {
        verdict: 'skip',
        cause: 'workers join every room by themselves (AGENT_NAME is empty): the check would count as a call',
      };
    const { lines, overloaded } = await workerLines(config, means.fetch);
    if (lines === 'busy') return overloaded > 0 ? OVERLOADED : BUSY;
    const room = `check-call-${randomBytes(9).toString('base64url')}`;
    const agents = [
      new RoomAgentDispatch({
        ...{ agentName: agent.name, deployment: agent.deployment, metadata: JSON.stringify(CHECK_CALL) },
      }),
    ];
    const token = await mintCheckToken({ livekit, room, identity: 'check', ttlMs: TOKEN_TTL_MS, agents });
    atEnd(() => endRoom(livekit, room));
    const startedMs = performance.now();
    const joined = await openSignalling(seen.url ?? livekit.url, token, signal);
    if ('status' in joined) return { verdict: 'fail', evidence: `${joined.status} in place of a room` };
    atEnd(() => joined.leave());
    const late = AbortSignal.any([signal, AbortSignal.timeout(JOINS_WITHIN_MS)]);
    const isThere = await untilAgent(joined, late);
    const tookMs = Math.round(performance.now() - startedMs);
    const found = isThere ? joinedAfter(tookMs, agent.name) : await absent(means, room, lines);
    await joined.leave();
    await endRoom(livekit, room);
    return found;
  },
};

const BUSY: Finding = {
  verdict: 'warn',
  evidence: 'all call slots are taken',
  cause: 'the next caller waits until a call ends; the check takes no slot from one',
  fix: 'raise MAX_CALLS (chart: agent.maxCalls) or the number of workers (agent.replicas, agent.autoscaling)',
};

/** More slots would not help. */
const OVERLOADED: Finding = {
  ...BUSY,
  evidence: 'call slots are free, but the calls that run keep the worker too busy for another (OVERLOAD_AT)',
  fix: 'give workers more processor time (chart: agent.resources) or run more of them (agent.replicas, agent.autoscaling); a higher MAX_CALLS does not help',
};

/** Whether the agent comes, with media to LiveKit. */
async function untilAgent(joined: Signalling, signal: AbortSignal): Promise<boolean> {
  const isThere = ({ kind, state }: ParticipantInfo) =>
    kind === ParticipantInfo_Kind.AGENT && state === ParticipantInfo_State.ACTIVE;
  try {
    const { otherParticipants } = await joined.next('join', signal);
    let present = otherParticipants.some(isThere);
    while (!present) present = (await joined.next('update', signal)).participants.some(isThere);
    return present;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

function joinedAfter(tookMs: number, agentName: string): Finding | string {
  const evidence = `«${agentName}» joined after ${tookMs} ms`;
  if (tookMs < NOTABLE_MS) return evidence;
  return {
    verdict: 'warn',
    evidence,
    cause: 'callers hear nothing for so long',
    fix: 'see whether worker and LiveKit have processor time left (kubectl top pods), and the log of the worker for what took long',
  };
}

async function absent({ config }: InsideMeans, room: string, lines: Lines): Promise<Finding> {
  const { url, apiKey, apiSecret } = config.livekit;
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  const dispatches = await new AgentDispatchClient(url, apiKey, apiSecret, options)
    .listDispatch(room)
    .catch(() => []);
  const jobs = dispatches.flatMap(({ state }) => state?.jobs ?? []);
  const [job] = jobs;
  const evidence = `no agent «${config.agent.name}» came within ${JOINS_WITHIN_MS / 1000} s`;
  if (job)
    return {
      verdict: 'fail',
      evidence: [evidence, job.state?.error].filter(Boolean).join(': '),
      cause: 'a worker took the call, and its agent does not get into the room',
      fix: 'read the log of the worker: its LIVEKIT_URL must lead to this LiveKit, and media must get through (UDP from the worker to the SFU; RTC_ICE_TRANSPORT=relay from outside the cluster)',
    };
  return {
    verdict: 'fail',
    evidence,
    cause:
      lines === 'free'
        ? 'a worker is registered and has a free slot, but no worker of this name and deployment takes the call'
        : 'no worker takes the call: none of this name and deployment is registered with this LiveKit, or all its slots are taken',
    fix: 'AGENT_NAME and AGENT_DEPLOYMENT must be those of the workers (kubectl get deployments -o yaml), and LIVEKIT_URL the same LiveKit’s; with all of them right, raise MAX_CALLS',
  };
}
