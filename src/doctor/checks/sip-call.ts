import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { resample } from '../../openai/resample.ts';
import { decodeWav } from '../../probe/wav.ts';
import { type CallAnswer, openCaller } from '../../sip/client/caller.ts';
import type { RtpLeg } from '../../sip/client/rtp.ts';
import type { Finding } from '../check.ts';
import type { InsideCheck } from '../inside-context.ts';
import { sipRefusal } from '../sip-refusal.ts';

const SENTENCE = new URL('../sentence.wav', import.meta.url);
const RATE = 8000;
const PICKED_UP_WITHIN_MS = 25_000;
const GREETED_WITHIN_MS = 8000;
const ANSWERED_WITHIN_MS = 15_000;
const QUIET_MS = 1500;
/** Root mean square of 10 ms that no comfort noise reaches. */
const LOUD = 300;

/** A call to the number of CHECK_SIP_URL: rings, is picked up, the agent is heard, hears a sentence, and answers. */
export const sipCall: InsideCheck = {
  id: 'sip-call',
  proves: 'a call by phone is answered, and heard both ways',
  needs: ['sip-options', 'sip-rules'],
  after: ['ready', 'speech'],
  deadlineMs: 75_000,
  async run({ config, signal, atEnd }): Promise<Finding | undefined> {
    const { sipUrl, sipFrom } = config.check;
    if (sipUrl === undefined) return undefined;
    const { host, port, number } = sipUrl;
    if (number === undefined)
      return {
        verdict: 'skip',
        cause: `CHECK_SIP_URL names no number: CHECK_SIP_URL=sip:+60312345678@${host}:${port}`,
      };
    const late = AbortSignal.timeout(PICKED_UP_WITHIN_MS);
    const caller = await openCaller({ host, port, from: sipFrom, signal: AbortSignal.any([signal, late]) });
    atEnd(() => caller.close());
    const startedMs = performance.now();
    const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1);
    let call: CallAnswer;
    try {
      call = await caller.call(number);
    } catch (error) {
      if (!late.aborted) throw error;
      return unanswered(caller.address);
    }
    atEnd(() => call.hangUp());
    if (call.status >= 300 || !call.audio)
      return {
        evidence: `${call.status} ${call.reason} after ${seconds()} s`,
        ...sipRefusal(call.status, seconds()),
      };
    const evidence = `${number} was picked up after ${seconds()} s with ${call.audio.codecs[0]}, RTP to ${call.audio.address}:${call.audio.port}`;
    return talk(call.rtp, evidence, signal);
  },
};

/** LiveKit drops calls of addresses that no trunk names, without an answer. */
const unanswered = (address: string): Finding => ({
  verdict: 'warn',
  evidence: `no final answer to an INVITE within ${PICKED_UP_WITHIN_MS / 1000} s`,
  cause: `calls of an address that the trunk does not name get none, and this machine calls from ${address}; or nobody picks up`,
  fix: `allowedAddresses of the trunk: add ${address} for a try, then sip apply; or run check where the SIP proxy is`,
});

async function talk(rtp: RtpLeg, picked: string, signal: AbortSignal): Promise<Finding> {
  const greetedMs = await untilLoud(rtp, 0, GREETED_WITHIN_MS, signal);
  if (greetedMs === undefined)
    return {
      verdict: 'fail',
      evidence: `${picked}; ${rtp.packets()} packets came, and no sound in them`,
      cause: rtp.packets() === 0 ? 'no RTP comes from the SIP service' : 'the agent says nothing',
      fix:
        rtp.packets() === 0
          ? 'the address that livekit-sip names (nat_1_to_1_ip, sip.address) and UDP from its RTP ports have to be open to here'
          : 'see the hop speech, and the worker’s log of the call',
    };
  await untilQuiet(rtp, signal);
  const { samples, sampleRate } = decodeWav(await readFile(SENTENCE));
  const from = rtp.length();
  const sentence = resample(samples, sampleRate, RATE);
  void rtp.say(sentence);
  const spokenMs = (sentence.length / RATE) * 1000;
  const answeredMs = await untilLoud(rtp, from, spokenMs + ANSWERED_WITHIN_MS, signal);
  const heard = `${picked}; the agent was heard ${greetedMs} ms later`;
  if (answeredMs === undefined)
    return {
      verdict: 'fail',
      evidence: `${heard}, and did not answer a sentence within ${ANSWERED_WITHIN_MS / 1000} s`,
      cause: 'sound of here does not reach the agent, or it does not understand it',
      fix: 'open the RTP ports of livekit-sip (rtp_port) from here; then see the hops transcription and chat',
    };
  return { evidence: `${heard}, and answered a sentence` };
}

/** Milliseconds until 100 ms of sound are heard, from a sample on. */
async function untilLoud(
  rtp: RtpLeg,
  from: number,
  withinMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < withinMs) {
    if (loudFrames(rtp.heard(from)) >= 10) return Math.round(performance.now() - startedMs);
    await sleep(50, undefined, { signal });
  }
  return undefined;
}

async function untilQuiet(rtp: RtpLeg, signal: AbortSignal): Promise<void> {
  const tail = (RATE * QUIET_MS) / 1000;
  const untilMs = performance.now() + 20_000;
  do await sleep(200, undefined, { signal });
  while (
    performance.now() < untilMs &&
    (rtp.length() < tail || loudFrames(rtp.heard(rtp.length() - tail)) > 0)
  );
}

/** Frames of 10 ms with sound. */
export function loudFrames(samples: Int16Array): number {
  const frame = RATE / 100;
  let loud = 0;
  for (let at = 0; at + frame <= samples.length; at += frame) {
    let power = 0;
    for (let of = at; of < at + frame; of += 1) power += (samples[of] ?? 0) ** 2;
    if (power > LOUD * LOUD * frame) loud += 1;
  }
  return loud;
}
