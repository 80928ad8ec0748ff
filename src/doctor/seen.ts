import type { TurnServer } from '../config/turn-url.ts';
import type { Credentials } from '../stun/credentials.ts';
import type { SfuMedia } from './sfu-media.ts';

/**
 * What hops learn and later ones use, in every place: one mutable record a run. Whoever reads a field names the hop that
 * fills it among its `needs` or `after`.
 */
export interface Seen {
  /** Signalling, such as `wss://livekit.example.com`. Filled by `config`, outside by `page-token`. */
  url?: string;
  /** The setting to change when it is wrong; default `LIVEKIT_URL`. */
  urlSetting?: string;
  /** What signalling goes through; it may hold a password. */
  proxy?: string | undefined;
  /** Names that have no address. Filled by `dns`. */
  unresolved?: ReadonlySet<string>;
  /** Lets its holder join the room of the check. Filled by `signal-token`, outside by `page-token`. */
  token?: string;
  /** Stages with base URLs behind which nothing can work for them: `llm http://gpu/v1`. Filled by `models`. */
  unreachable?: ReadonlySet<string>;
  /** As LiveKit hands them to who joins. Filled by `ice-servers`. */
  iceServers?: readonly IceServer[];
  /** The doors of TURN servers to try. Filled by `ice-servers`, inside by `config` where `TURN_URLS` names them. */
  relays?: readonly Relay[];
  /** Where the SFU takes media of the check's participant. Filled by `ice-servers`. */
  sfu?: SfuMedia;
  /** Of its addresses, the one that was reached through a relay. Filled by `relay-permission`. */
  sfuPeer?: string;
}

export interface IceServer {
  /** Such as `turn:10.0.0.4:3478?transport=udp`, as it was received: perhaps wrong. */
  urls: readonly string[];
  username: string;
  credential: string;
}

export interface Relay {
  server: TurnServer;
  credentials: Credentials;
  /** Whether the credentials end by themselves, and so depend on clocks. */
  isEphemeral: boolean;
  /** Who names it: `TURN_URLS`, or LiveKit to everybody who joins. */
  from: 'settings' | 'livekit';
}
