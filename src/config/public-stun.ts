/** Domains of STUN servers on the internet that examples and LiveKit itself name: a closed network does not reach them. */
export const PUBLIC_STUN_DOMAINS = [
  'google.com',
  'twilio.com',
  'cloudflare.com',
  'mozilla.com',
  'nextcloud.com',
  'stunprotocol.org',
  'xirsys.com',
  'livekit.cloud',
] as const;

/** @param host - a name, without port. */
export const isPublicStun = (host: string): boolean =>
  PUBLIC_STUN_DOMAINS.some((domain) => `.${host.toLowerCase()}`.endsWith(`.${domain}`));
