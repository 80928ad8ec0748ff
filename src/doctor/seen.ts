/**
 * What hops learn and later ones use, in every place: one mutable record a run. Whoever reads a field names the hop that
 * fills it among its `needs` or `after`.
 */
export interface Seen {
  /** Signalling, such as `wss://livekit.example.com`. */
  url?: string;
  /** Lets its holder join the room of the check. */
  token?: string;
  /** As LiveKit hands them to who joins. */
  iceServers?: readonly IceServer[];
}

export interface IceServer {
  /** Such as `turn:10.0.0.4:3478?transport=udp`, as it was received: perhaps wrong. */
  urls: readonly string[];
  username: string;
  credential: string;
}
