import { known } from './context.js';
import { HopError } from './run.js';

/**
 * @import { Context, Joined } from './context.js'
 * @import { Finding, Hop } from './run.js'
 * @import { Participant } from './participant.js'
 */

const PINGS = 5;
const PING_EVERY_MS = 50;
const SOUND_WITHIN_MS = 5000;
/** Packets of sound, of 20 ms each. */
const SOUND_PACKETS = 25;
const QUALITY_MS = 10_000;
/** The last pings need their time. */
const LAST_PINGS_MS = 500;
/** What is heard in a call: gaps, and answers that come late. */
const LIMITS = { lossPercent: 2, jitterMs: 40, rttMs: 300 };
const JOINS = ['join-direct', 'join-relay-udp', 'join-relay-tcp', 'join-relay-tls'];
const NO_WAY = { verdict: /** @type {const} */ ('skip'), cause: 'no path to LiveKit was found' };

/** @type {Hop<Context>} */
export const mediaEcho = {
  id: 'media-echo',
  proves: 'sound and data come back through LiveKit',
  needs: ['signal-token'],
  after: JOINS,
  async run({ net, seen, signal }) {
    if (seen.ways.size === 0) return NO_WAY;
    const echo = known(seen.echo);
    await echo.joined;
    await echo.sound(net.tone());
    const told = await Promise.all(
      [...seen.ways].map(async ([way, { participant }]) => {
        await participant.sound(net.tone());
        return { way, ...(await bothWays(participant, echo, { net, signal })) };
      }),
    );
    return judgeEcho(told);
  },
};

/**
 * @param {Participant} participant
 * @param {Participant} echo
 * @param {{net: Context['net'], signal: AbortSignal}} context
 */
async function bothWays(participant, echo, { net, signal }) {
  participant.forgetPings();
  for (let number = 0; number < PINGS; number += 1) {
    participant.ping(echo.identity, number);
    await net.pause(PING_EVERY_MS, signal);
  }
  let [heard, sent] = [0, 0];
  for (let ms = 0; ms < SOUND_WITHIN_MS && Math.min(heard, sent) < SOUND_PACKETS; ms += 200) {
    await net.pause(200, signal);
    heard = (await participant.soundFrom(echo.identity)).packets;
    sent = (await echo.soundFrom(participant.identity)).packets;
  }
  const trips = participant.roundTrips().filter((ms) => ms !== undefined);
  return { dataMs: median(trips), heard, sent };
}

/**
 * @param {readonly {way: string, dataMs: number | undefined, heard: number, sent: number}[]} told
 * @returns {Finding}
 */
export function judgeEcho(told) {
  const evidence = told
    .map(({ way, dataMs, heard, sent }) => {
      const data = dataMs === undefined ? 'data lost' : `data ${Math.round(dataMs)} ms there and back`;
      return `${way}: ${data}, sound: ${sent} packets there, ${heard} back`;
    })
    .join('\n');
  const mute = told.filter(
    ({ dataMs, heard, sent }) => dataMs === undefined || Math.min(heard, sent) < SOUND_PACKETS,
  );
  if (mute.length === 0) return { evidence };
  throw new HopError({
    evidence,
    cause: `A path stands (${mute.map(({ way }) => way).join(', ')}), and what is sent over it does not come back.`,
    fix: 'Small packets pass and others do not: look for a firewall that inspects UDP, and for a path MTU under 1200 bytes (VPN). LiveKit’s log (logging.level: debug) says whether the tracks arrived.',
  });
}

/** @type {Hop<Context>} */
export const mediaQuality = {
  id: 'media-quality',
  proves: 'loss and jitter leave speech whole, over 10 s',
  needs: ['media-echo'],
  deadlineMs: 40_000,
  async run({ net, seen, signal }) {
    if (seen.ways.size === 0) return NO_WAY;
    const echo = known(seen.echo);
    const ways = [...seen.ways];
    const before = await Promise.all(ways.map(([, { participant }]) => participant.soundFrom(echo.identity)));
    for (const [, { participant }] of ways) participant.forgetPings();
    const endMs = net.now() + QUALITY_MS;
    for (let number = 0; net.now() < endMs && !signal.aborted; number += 1) {
      for (const [, { participant }] of ways) participant.ping(echo.identity, number);
      await net.pause(PING_EVERY_MS, signal);
    }
    await net.pause(LAST_PINGS_MS, signal);
    const measured = ways.map(async ([way, joined], at) => ({
      way,
      ...(await qualityOf(joined, echo, before[at]?.packets ?? 0)),
    }));
    return judgeQuality(await Promise.all(measured));
  },
};

/**
 * @param {Joined} joined
 * @param {Participant} echo
 * @param {number} packetsBefore
 */
async function qualityOf({ participant }, echo, packetsBefore) {
  const trips = participant.roundTrips();
  const back = trips.filter((ms) => ms !== undefined);
  const { packets, jitterMs } = await participant.soundFrom(echo.identity);
  // Of ICE, which the network part of the browser measures: pings wait for a page that is busy.
  const { rttMs } = await participant.facts();
  return {
    lossPercent: (100 * (trips.length - back.length)) / Math.max(1, trips.length),
    rttMs,
    jitterMs,
    packets: packets - packetsBefore,
  };
}

/**
 * @typedef {{way: string, lossPercent: number, rttMs: number | undefined, jitterMs: number | undefined,
 *   packets: number}} Quality
 *
 * @param {readonly Quality[]} measured the first is the one that calls take where they can
 * @returns {Finding}
 */
export function judgeQuality(measured) {
  const evidence = measured
    .map(({ way, lossPercent, rttMs, jitterMs }) => {
      return `${way}: ${lossPercent.toFixed(1)} % lost, jitter ${words(jitterMs)}, ${words(rttMs)} there and back`;
    })
    .join('\n');
  const bad = measured.filter(({ lossPercent, rttMs = 0, jitterMs = 0 }) => {
    return lossPercent > LIMITS.lossPercent || rttMs > LIMITS.rttMs || jitterMs > LIMITS.jitterMs;
  });
  if (bad.length === 0) return { evidence };
  return {
    ...{ verdict: 'warn', evidence },
    cause: `Above ${LIMITS.lossPercent} % loss, ${LIMITS.jitterMs} ms of jitter or ${LIMITS.rttMs} ms there and back, speech has gaps or comes late: ${bad.map(({ way }) => way).join(', ')}.`,
    fix: 'Try a cable in place of wireless, and without other traffic on the VPN. Where only the relay over TCP is so, TCP repeats what is lost: open UDP 3478. Where all ways are, the network between here and the cluster loses it.',
  };
}

/** @param {number | undefined} ms */
const words = (ms) => (ms === undefined ? 'unknown' : `${Math.round(ms)} ms`);

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
