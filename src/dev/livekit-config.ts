/** Where a livekit-server of ours listens: signalling, media and TURN. */
export const LIVEKIT_HOST = '127.0.0.1';

export interface LiveKitPorts {
  /** TCP: signalling and API. */
  port: number;
  /** UDP: all media. */
  udpPort: number;
  /** UDP: STUN and TURN. */
  stunPort: number;
}

interface ConfigInput extends LiveKitPorts {
  apiKey: string;
  apiSecret: string;
  /** `host:port`: by it LiveKit's API finds SIP services; default none. */
  redisAddress?: string | undefined;
}

/**
 * Nothing of it leaves loopback. Its own TURN server answers STUN too: with neither STUN nor TURN configured,
 * livekit-server hands public STUN servers to every client (pkg/service/roommanager.go, iceServersForParticipant). TURN
 * refuses loopback peers unless they are allowed, and `RTC_ICE_TRANSPORT=relay` can then be tried here.
 * `tcp_port: 0`: ICE over TCP would listen on every interface.
 */
export function livekitConfig({ port, udpPort, stunPort, apiKey, apiSecret, redisAddress }: ConfigInput) {
  return {
    port,
    bind_addresses: [LIVEKIT_HOST],
    // Accepts a short secret, and defaults the log to debug, hence the level.
    development: true,
    logging: { level: 'info' },
    keys: { [apiKey]: apiSecret },
    ...(redisAddress !== undefined && { redis: { address: redisAddress } }),
    rtc: {
      node_ip: LIVEKIT_HOST,
      use_external_ip: false,
      udp_port: udpPort,
      tcp_port: 0,
      stun_servers: [`${LIVEKIT_HOST}:${stunPort}`],
      enable_loopback_candidate: true,
      ips: { includes: [`${LIVEKIT_HOST}/32`] },
    },
    turn: {
      enabled: true,
      udp_port: stunPort,
      bind_addresses: [LIVEKIT_HOST],
      // In development mode three relays are all there are by default.
      relay_range_start: 30_000,
      relay_range_end: 32_700,
      allow_restricted_peer_cidrs: ['127.0.0.0/8'],
    },
    // Seconds. A room whose people left stays for as long as by default: a page that is loaded anew comes back to it.
    room: { auto_create: true, empty_timeout: 60, departure_timeout: 20 },
  };
}
