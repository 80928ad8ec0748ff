import { BlockList, isIPv4 } from 'node:net';
import { isPublicStun } from '../../config/public-stun.ts';
import { parseTurnUrl, type TurnServer } from '../../config/turn-url.ts';
import type { Check, Finding } from '../check.ts';
import type { IceServer, Relay, Seen } from '../seen.ts';
import { openSfuMedia } from '../sfu-media.ts';
import { openSignalling, type Refused } from '../signalling.ts';

/** What LiveKit itself gives its credentials for, if nobody says (`rtc.turn_servers[].ttl`). */
const SHORT_TTL_MS = 3_600_000;

/** LiveKit lets a participant in, and hands it ICE servers that can be meant. */
export const iceServers: Check<{ seen: Seen }> = {
  id: 'ice-servers',
  proves: 'LiveKit hands out ICE servers',
  needs: ['signal-token'],
  async run({ seen, signal, atEnd }) {
    const { url = '', token } = seen;
    const joined = await openSignalling(url, token, signal);
    if ('status' in joined) return notLetIn(joined);
    atEnd(() => joined.leave());
    const { iceServers, serverInfo } = await joined.next('join', signal);
    seen.iceServers = iceServers;
    const mistakes = mistakesIn(iceServers, Date.now());
    seen.relays ??= relaysIn(iceServers);
    seen.sfu = await openSfuMedia(joined, signal);
    const urls = iceServers.flatMap((server) => server.urls);
    const evidence = [
      `LiveKit ${serverInfo?.version ?? ''}: ${urls.join(', ') || 'no ICE server'}`,
      `media at ${seen.sfu.candidates.join(', ') || 'no IPv4 address over UDP'}`,
    ].join('\n');
    const [worst] = mistakes.map(({ verdict }) => verdict).toSorted();
    return worst === undefined
      ? evidence
      : {
          ...{ verdict: worst, evidence },
          cause: mistakes.map(({ cause }) => cause).join('\n'),
          fix: mistakes.map(({ fix }) => fix).join('\n'),
        };
  },
};

/** What livekit-server 1.13.3 answers to a token that is good; none of it holds the token. */
function notLetIn({ status, text }: Refused): Finding {
  const fail = (cause: string, fix: string): Finding => {
    return { verdict: 'fail', evidence: `${status} in place of a room`, cause, fix };
  };
  if (status === 404)
    return fail(
      'LiveKit makes no room by itself: room.auto_create is false',
      'room: { auto_create: true } in livekit.yaml, or have the room made before a caller joins',
    );
  if (/connection closed by media/.test(text))
    return fail(
      'LiveKit let the participant in and put it out at once: a limit of the room or of the node',
      'raise room.max_participants and limit.* in livekit.yaml, and read LiveKit’s log for «JOIN_FAILURE»',
    );
  return fail(
    'LiveKit, or the Redis by which its nodes find each other, does not do its part',
    'read LiveKit’s log (kubectl logs); with several nodes see that each reaches Redis',
  );
}

interface Mistake {
  verdict: 'fail' | 'warn';
  cause: string;
  /** In livekit.yaml. */
  fix: string;
}

/** The known mistakes. @param nowMs - milliseconds since 1970, by the clock that credentials are made with. */
export function mistakesIn(servers: readonly IceServer[], nowMs: number): Mistake[] {
  const urls = servers.flatMap((server) => server.urls);
  const doors = urls.map(parseTurnUrl).filter((door) => typeof door !== 'string');
  return [
    ...urls.flatMap((url) => unreadable(url) ?? []),
    ...urls.flatMap((url) => publicStun(url) ?? []),
    ...servers.flatMap((server) => lifeFault(server, nowMs) ?? []),
    ...(wrongWord(doors) ?? []),
  ];
}

/** Of an empty `port` LiveKit makes `:0`. */
function unreadable(url: string): Mistake | undefined {
  if (/^stuns?:/.test(url) || typeof parseTurnUrl(url) !== 'string') return undefined;
  const [, port] = /^turns?:.*:(\d*)(?:\?|$)/.exec(url) ?? [];
  const noPort = port === '0' || port === '';
  return {
    verdict: 'fail',
    cause: `«${url}» can lead nowhere${noPort ? ': it has no port' : ''}`,
    fix: noPort
      ? 'rtc.turn_servers[].port: 3478 for UDP, 3480 for TCP, where the TURN server listens'
      : 'rtc.turn_servers[].host must be a name or an address alone, without scheme or port',
  };
}

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
] as const)
  PRIVATE.addSubnet(net, prefix);

/** LiveKit hands out public STUN servers when none is configured: a closed network waits for them in vain. */
function publicStun(url: string): Mistake | undefined {
  const [, host = ''] = /^stuns?:\[?([^\]:?]+)/.exec(url) ?? [];
  if (host === '') return undefined;
  if (!isPublicStun(host) && !(isIPv4(host) && !PRIVATE.check(host))) return undefined;
  return {
    verdict: 'warn',
    cause: `${url} is a public server: it tells others of each call, and in a closed network calls begin late, as they wait for it`,
    fix: 'name your own in rtc.turn_servers (then LiveKit hands out no public one), or in rtc.stun_servers: [<host>:3478]',
  };
}

/** Credentials from a secret are named `<end in seconds since 1970>:<who>`. */
function lifeFault({ urls, username }: IceServer, nowMs: number): Mistake | undefined {
  const [, endS] = /^(\d{9,11}):/.exec(username) ?? [];
  if (endS === undefined) return undefined;
  const leftMs = Number(endS) * 1000 - nowMs;
  const minutes = Math.round(leftMs / 60_000);
  if (leftMs <= 0)
    return {
      verdict: 'fail',
      cause: `the credentials for ${urls[0]} ended ${-minutes} min ago, just made: LiveKit’s clock is behind, or its ttl is not in seconds`,
      fix: 'set the clock of LiveKit’s node; rtc.turn_servers[].ttl: 14400',
    };
  if (leftMs >= SHORT_TTL_MS - 60_000) return undefined;
  return {
    verdict: 'warn',
    cause: `the credentials for ${urls[0]} end in ${minutes} min: a relay that asks anew then refuses, and longer calls end`,
    fix: 'rtc.turn_servers[].ttl: 14400 (seconds), longer than the longest call',
  };
}

/** LiveKit takes every word but `udp` and `tls` for TCP, `UDP` too. */
function wrongWord(doors: readonly TurnServer[]): Mistake[] | undefined {
  const odd = doors.find(({ transport, port }) => transport === 'tcp' && port === 3478);
  if (!odd || doors.some(({ transport }) => transport === 'udp')) return undefined;
  return [
    {
      verdict: 'warn',
      cause: `${odd.url} is TCP at the usual port of UDP, and no server is UDP: LiveKit takes any word but «udp» and «tls» for TCP`,
      fix: 'rtc.turn_servers[].protocol: udp, in small letters',
    },
  ];
}

function relaysIn(servers: readonly IceServer[]): Relay[] {
  return servers.flatMap(({ urls, username, credential: password }) =>
    urls.flatMap((url): Relay[] => {
      const server = parseTurnUrl(url);
      if (typeof server === 'string') return [];
      const isEphemeral = /^\d{9,11}:/.test(username);
      return [{ server, credentials: { username, password }, isEphemeral, from: 'livekit' }];
    }),
  );
}
