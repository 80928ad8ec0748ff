/**
 * @import { Finding } from './run.js'
 *
 * @typedef {'udp' | 'tcp' | 'tls'} Transport between browser and TURN server
 * @typedef {{urls: string | string[], username?: string, credential?: string}} IceServer as LiveKit hands it out
 * @typedef {object} Door one URL of an ICE server
 * @property {string} url
 * @property {'stun' | 'turn'} kind
 * @property {string} host
 * @property {string} port empty where the URL names none
 * @property {Transport} transport
 * @property {string} fault what is wrong with the URL; empty for nothing
 * @property {string} username
 * @property {string} credential
 */

/** Calls are at least so long: credentials that end before leave a call without a way back. */
const SHORTEST_CALL_S = 3600;

/**
 * Every URL of the servers by itself.
 *
 * @param {readonly IceServer[]} servers
 * @returns {Door[]}
 */
export function doorsOf(servers) {
  return servers.flatMap(({ urls, username = '', credential = '' }) =>
    [urls].flat().map((url) => ({ ...parseIceUrl(url), username, credential })),
  );
}

/**
 * `turn:host:port?transport=udp`, RFC 7064 and 7065.
 *
 * @param {string} url
 * @returns {Omit<Door, 'username' | 'credential'>}
 */
export function parseIceUrl(url) {
  const parts = /^(stuns?|turns?):(\[[^\]]*\]|[^:?]*)(?:(:)([^?]*))?(?:\?(.*))?$/i.exec(url);
  const [, scheme = '', host = '', colon, port = '', query = ''] = parts ?? [];
  const isTls = scheme.toLowerCase().endsWith('s');
  const word = query.startsWith('transport=') ? query.slice(10) : '';
  const kind = scheme.toLowerCase().startsWith('turn') ? 'turn' : 'stun';
  const fault = !parts
    ? 'is not the URL of an ICE server'
    : host === ''
      ? 'names no host'
      : (colon && !/^\d{1,5}$/.test(port)) || Number(port) > 65535
        ? 'has no port after its colon'
        : query !== '' && !/^(udp|tcp)$/i.test(word)
          ? `has «?${query}» where ?transport=udp or ?transport=tcp belongs`
          : '';
  const overTcp = word ? word.toLowerCase() === 'tcp' : isTls;
  return { url, kind, host, port, fault, transport: isTls && overTcp ? 'tls' : overTcp ? 'tcp' : 'udp' };
}

/**
 * What is known to go wrong with the ICE servers that LiveKit hands out.
 *
 * @param {readonly IceServer[]} servers
 * @param {number} nowMs since 1970
 * @param {readonly string[]} publicDomains of STUN servers on the internet
 * @returns {Finding}
 */
export function judgeIceServers(servers, nowMs, publicDomains = []) {
  const doors = doorsOf(servers);
  const turn = doors.filter(({ kind }) => kind === 'turn');
  const evidence = doors.map(({ url }) => url).join('\n') || 'none';
  const bad = doors.filter(({ fault }) => fault);
  if (bad.length > 0)
    return {
      ...{ verdict: 'fail', evidence },
      cause: bad.map(({ url, fault }) => `${url} ${fault}`).join('\n'),
      fix: 'Write each entry of rtc.turn_servers in livekit.yaml with host, port (3478, 3480) and protocol: udp, tcp or tls; then restart LiveKit.',
    };
  const left = credentialsOf(turn, nowMs);
  if (left) return { evidence, ...left };
  const strangers = doors.filter(({ host }) =>
    publicDomains.some((domain) => `.${host.toLowerCase()}`.endsWith(`.${domain}`)),
  );
  if (strangers.length > 0)
    return {
      ...{ verdict: 'warn', evidence },
      cause: `${strangers.map(({ host }) => host).join(', ')} is on the public internet: a closed network waits for it in vain.`,
      fix: 'Name your own under rtc.stun_servers in livekit.yaml: with none there and no TURN, livekit-server hands out public ones.',
    };
  if (turn.length > 0) return { evidence };
  return {
    ...{ verdict: 'warn', evidence },
    cause: 'LiveKit hands out no TURN server: callers who cannot reach its own ports have no path.',
    fix: 'Name the TURN servers under rtc.turn_servers in livekit.yaml (host, port, protocol, secret or username and credential), not under turn: or rtc.turn; then restart LiveKit.',
  };
}

/**
 * What is wrong with the credentials of TURN servers, if anything. Those made of a shared secret begin with the second
 * at which they end (draft-uberti-behave-turn-rest).
 *
 * @param {readonly Door[]} turn
 * @param {number} nowMs
 * @returns {Omit<Finding, 'evidence'> | undefined}
 */
function credentialsOf(turn, nowMs) {
  const bare = turn.filter(({ username, credential }) => !username || !credential);
  if (bare.length > 0)
    return {
      verdict: 'fail',
      cause: `${bare.map(({ url }) => url).join(', ')} comes without username or credential.`,
      fix: 'Give each entry of rtc.turn_servers in livekit.yaml either secret (and ttl), or username and credential.',
    };
  const endings = turn.map(({ username }) => Number(/^(\d{9,11})(:|$)/.exec(username)?.[1] ?? Infinity));
  const leftS = Math.min(...endings) - nowMs / 1000;
  if (leftS <= 0)
    return {
      verdict: 'fail',
      cause: `The TURN credentials ended ${Math.round(-leftS)} s ago.`,
      fix: 'Set the clocks of LiveKit and of this computer (NTP), and check ttl of rtc.turn_servers: it counts in seconds.',
    };
  if (leftS < SHORTEST_CALL_S)
    return {
      verdict: 'warn',
      cause: `The TURN credentials end in ${Math.round(leftS / 60)} min: a longer call cannot renew its relay then.`,
      fix: 'Set ttl of rtc.turn_servers in livekit.yaml to more than the longest call, in seconds: 14400.',
    };
  return undefined;
}
