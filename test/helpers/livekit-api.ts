import type { AgentDispatch, ParticipantInfo, Room } from 'livekit-server-sdk';
import type { LiveKitClients } from '../../src/web/livekit-clients.ts';

interface FakeDispatch {
  id: string;
  agentName: string;
  metadata: string;
  deployment?: string;
  /** Ids of jobs that a worker accepted. */
  jobs: string[];
}

interface FakeParticipant {
  kind: number;
  attributes: Record<string, string>;
  permission?: { hidden: boolean };
}

/** LiveKit's API for one room, as far as the dispatch watch uses it. Records every request that changes something. */
export class FakeLiveKit implements LiveKitClients {
  participants: FakeParticipant[] = [];
  list: FakeDispatch[] = [];
  readonly requests: string[] = [];
  /** Set to make every request fail. */
  failure: Error | undefined;
  /** What a worker does with a new dispatch. */
  onDispatch: (dispatch: FakeDispatch) => void = () => {};
  #created = 0;

  callerJoins(): void {
    this.participants.push({ kind: 0, attributes: {} });
  }

  agentJoins(attributes: Record<string, string>): void {
    this.participants.push({ kind: 4, attributes });
  }

  /** Whether somebody has joined: that creates it. */
  isOpen = true;

  readonly rooms: LiveKitClients['rooms'] = {
    listRooms: async (names = []) => {
      if (this.failure) throw this.failure;
      return this.isOpen ? names.map((name) => ({ name }) as Room) : [];
    },
    listParticipants: async () => {
      if (this.failure) throw this.failure;
      return this.participants as unknown as ParticipantInfo[];
    },
    removeParticipant: async (room, identity) => void this.requests.push(`remove ${identity} from ${room}`),
  };

  readonly dispatches: LiveKitClients['dispatches'] = {
    listDispatch: async () => this.list.map(toDispatch),
    createDispatch: async (_room, agentName, options) => {
      this.#created += 1;
      const { metadata = '', deployment = '' } = options ?? {};
      const dispatch = { id: `AD_${this.#created}`, agentName, metadata, deployment, jobs: [] };
      this.requests.push(`create ${agentName} ${metadata}${deployment && ` in ${deployment}`}`);
      this.list.push(dispatch);
      this.onDispatch(dispatch);
      return toDispatch(dispatch);
    },
  };
}

function toDispatch({ id, agentName, metadata, deployment, jobs }: FakeDispatch): AgentDispatch {
  const state = { jobs: jobs.map((job) => ({ id: job, state: { status: 1 } })) };
  return { id, agentName, metadata, deployment, state } as unknown as AgentDispatch;
}
