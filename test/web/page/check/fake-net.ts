import { pageModule } from '../../../helpers/page-module.ts';

const { ProblemError } = await pageModule<{ ProblemError: new (problem: object) => Error }>('problem.js');

/** A network as a browser may find it; what is not said works. */
export interface World {
  /** URLs of TURN that LiveKit hands out. */
  turn: string[];
  /** `false`: LiveKit's own ports are not reached. */
  direct?: boolean;
  /** URLs of TURN at which nothing answers. */
  closed?: string[];
  /** URLs of TURN that refuse, with their codes. */
  refused?: Record<string, number>;
  /** `false`: no relay leads to LiveKit. */
  relays?: boolean;
  relayOnly?: boolean;
  signal?: 'away' | 'no-upgrade' | 'refused';
  /** What LiveKit says of a token that it refuses. */
  refusal?: string;
  /** `false`: the page refuses it. */
  credential?: boolean;
  /** Paths stand, and nothing comes over them. */
  silent?: boolean;
  /** Every so many pings the last one is lost. */
  lossOf?: number;
  agent?: { outcome: 'joined' | 'busy' | 'absent' | 'quiet' | 'answered'; message?: string };
}

interface IceServer {
  urls: string[];
}
interface Entry {
  token: string;
  relay: boolean;
  iceServers?: IceServer[];
}

/** What the hops of the page reach the world with, played. */
export class FakeNet {
  readonly #world: World;
  #nowMs = 1_800_000_000_000;

  constructor(world: World) {
    this.#world = world;
  }

  settings = async () => ({
    agentName: 'support',
    credential: 'wanted',
    livekitUrl: 'wss://livekit.example',
  });

  checkRoom = async () => {
    if (this.#world.credential === false)
      throw new ProblemError({
        code: 'credential',
        title: 'Not the one this server wants.',
        hint: 'Enter it.',
      });
    return {
      url: 'wss://livekit.example',
      room: 'voice-agent-check-1',
      expiresAt: '',
      ice: { transport: this.#world.relayOnly ? 'relay' : 'all' },
      participants: [1, 2, 3, 4, 5, 6].map((at) => ({ identity: `check-${at}`, token: `token-of-${at}` })),
    };
  };

  enter = async (entry: Entry) => new FakeParticipant(this.#world, entry, this.#servers());

  gather = async ({ iceServers, policy }: { iceServers: IceServer[]; policy: string }) => {
    const { closed = [], refused = {} } = this.#world;
    const urls = iceServers.flatMap((server) => server.urls).filter((url) => !closed.includes(url));
    const lent = urls.filter((url) => refused[url] === undefined);
    const host = { type: 'host', protocol: 'udp', address: '10.0.0.5' };
    return {
      candidates: [
        ...(policy === 'all' ? [host] : []),
        ...lent.map(() => ({ type: 'relay', protocol: 'udp', address: '10.244.0.9' })),
      ],
      errors: urls
        .filter((url) => refused[url] !== undefined)
        .map((url) => ({ url, code: refused[url], text: 'refused' })),
    };
  };

  httpAnswers = async () => this.#world.signal === 'no-upgrade';
  tone = () => ({});
  pause = async (ms: number) => {
    this.#nowMs += ms;
  };
  now = () => this.#nowMs;
  askAgent = async () => ({
    joinedMs: 300,
    answeredMs: 900,
    ...(this.#world.agent ?? { outcome: 'answered' }),
  });

  #servers() {
    const { turn } = this.#world;
    return turn.length > 0 ? [{ urls: turn, username: 'turn-user', credential: 'turn-password' }] : [];
  }
}

class FakeParticipant {
  readonly room = { serverInfo: { version: '1.13.3' } };
  readonly signalled: Promise<object[]>;
  readonly joined: Promise<number>;
  readonly identity: string;
  readonly #world: World;
  readonly #relay: boolean;
  #pings = 0;
  #hasSent = false;

  constructor(world: World, { token, relay, iceServers }: Entry, servers: IceServer[]) {
    this.#world = world;
    this.#relay = relay;
    this.identity = token.replace('token-of', 'check');
    const { direct = true, relays = true, closed = [] } = world;
    const urls = (iceServers ?? servers).flatMap((server) => server.urls);
    const isRelayed = relays && urls.some((url) => !closed.includes(url));
    this.signalled = world.signal ? Promise.reject(refusalOf(world)) : Promise.resolve(servers);
    const isJoined = !world.signal && (isRelayed || (!relay && direct));
    this.joined = isJoined
      ? Promise.resolve(120)
      : Promise.reject(new Error('could not establish pc connection'));
    for (const promise of [this.signalled, this.joined]) promise.catch(() => {});
  }

  facts = async () => ({ path: this.#relay ? 'relayed' : 'direct', rttMs: 12 });
  sound = async () => {
    this.#hasSent = true;
  };
  forgetPings = () => {
    this.#pings = 0;
  };
  ping = () => {
    this.#pings += 1;
  };
  roundTrips = () => {
    const { silent, lossOf = Number.POSITIVE_INFINITY } = this.#world;
    return Array.from({ length: this.#pings }, (_, at) =>
      silent || (at + 1) % lossOf === 0 ? undefined : 20,
    );
  };
  soundFrom = async () => ({ packets: this.#world.silent || !this.#hasSent ? 0 : 100, lost: 0, jitterMs: 2 });
  leave = async () => {};
}

function refusalOf({ signal, refusal = '' }: World): Error {
  return signal === 'refused'
    ? Object.assign(new Error(refusal), { status: 401, reasonName: 'NotAllowed' })
    : Object.assign(new Error('could not establish signal connection'), { reasonName: 'ServerUnreachable' });
}
