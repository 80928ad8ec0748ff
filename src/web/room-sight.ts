import { JobStatus, ParticipantInfo_Kind } from '@livekit/protocol';
import type { AgentDispatch, ParticipantInfo } from 'livekit-server-sdk';
import type { Sight } from './dispatch-machine.ts';
import type { LiveKitClients } from './livekit-clients.ts';

const { STANDARD, SIP, CONNECTOR, AGENT } = ParticipantInfo_Kind;
/** Whom an agent would talk to, as in `call/caller.ts`. */
const CALLER_KINDS: ReadonlySet<ParticipantInfo_Kind> = new Set([STANDARD, SIP, CONNECTOR]);

/**
 * How long a worker may take from accepting a job to having its agent in the room. LiveKit never marks a job as
 * failed when its process dies, so a job that is older, and has no agent to show, is dead.
 */
const JOB_START_MS = 15_000;

/** Whom LiveKit is asked for. */
export interface AgentRef {
  /** Empty with automatic dispatch: workers come by themselves. */
  agentName: string;
  /** LiveKit's `deployment`: which of several workers of this name. */
  deployment: string;
}

/** What is in a room, and the dispatches of our agent there (listed only while they matter). */
export interface RoomView {
  sight: Sight;
  dispatches: AgentDispatch[];
}

/** Looks into rooms. Remembers by its own clock when it first saw a job: LiveKit's clock may differ. */
export class RoomWatcher {
  readonly #clients: LiveKitClients;
  readonly #agentName: string;
  readonly #deployment: string;
  readonly #jobFirstSeenMs = new Map<string, number>();

  constructor(clients: LiveKitClients, { agentName, deployment }: AgentRef) {
    this.#clients = clients;
    this.#agentName = agentName;
    this.#deployment = deployment;
  }

  async look(room: string, nowMs: number): Promise<RoomView> {
    const participants = await this.#clients.rooms.listParticipants(room);
    const callerPresent = participants.some(
      ({ kind, permission }) => CALLER_KINDS.has(kind) && permission?.hidden !== true,
    );
    if (participants.some((participant) => this.#isOurAgent(participant))) {
      return { sight: { callerPresent, agent: 'present' }, dispatches: [] };
    }
    if (!callerPresent || !this.#agentName)
      return { sight: { callerPresent, agent: 'absent' }, dispatches: [] };
    const all = await this.#clients.dispatches.listDispatch(room);
    const dispatches = all.filter(
      ({ agentName, deployment = '' }) => agentName === this.#agentName && deployment === this.#deployment,
    );
    const isStarting = dispatches.some((dispatch) => this.#hasStartingJob(dispatch, nowMs));
    return { sight: { callerPresent, agent: isStarting ? 'starting' : 'absent' }, dispatches };
  }

  /** livekit-server names the agent in `lk.agent_name`, agents-js in `lk.agent.name`; older servers in neither. */
  #isOurAgent({ kind, attributes }: ParticipantInfo): boolean {
    if (kind !== AGENT) return false;
    const name = attributes['lk.agent.name'] ?? attributes['lk.agent_name'];
    return name === undefined || name === this.#agentName;
  }

  #hasStartingJob({ state }: AgentDispatch, nowMs: number): boolean {
    return (state?.jobs ?? []).some((job) => {
      const status = job.state?.status ?? JobStatus.JS_PENDING;
      if (status !== JobStatus.JS_PENDING && status !== JobStatus.JS_RUNNING) return false;
      const firstSeenMs = this.#jobFirstSeenMs.get(job.id) ?? nowMs;
      this.#jobFirstSeenMs.set(job.id, firstSeenMs);
      return nowMs - firstSeenMs < JOB_START_MS;
    });
  }
}
