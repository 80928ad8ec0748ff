import type { Finding } from './check.ts';

/** What a final answer to the check's own call means, and what to do. */
export function sipRefusal(status: number, seconds: string): Pick<Finding, 'cause' | 'fix' | 'verdict'> {
  if (status === 401 || status === 407)
    return {
      verdict: 'skip',
      cause: 'the trunk wants a password, which check does not have: call from the exchange',
    };
  const [cause, fix] = MEANINGS[status] ?? [
    'the SIP service refuses the call',
    'read the log of livekit-sip',
  ];
  return { verdict: 'fail', cause: cause.replace('%s', seconds), fix };
}

const BUSY: readonly [string, string] = [
  'the SIP service takes no calls now: it is busy, or does not reach LiveKit’s Redis',
  'see livekit_sip_available on its metrics, max_cpu_utilization, and redis in its configuration: the same as LiveKit’s',
];

const MEANINGS: Readonly<Record<number, readonly [string, string]>> = {
  400: [
    'no codec in common, or SRTP is wanted',
    'codecs of livekit-sip: PCMU/8000 and PCMA/8000 have to be on',
  ],
  404: ['no trunk has the number', 'put it under numbers of the set-up file, then sip apply'],
  429: BUSY,
  480: BUSY,
  486: [
    'it rang for %s s, and nobody picked up: no worker has a free slot, or the agent speaks no greeting',
    'see the hops ready, models and speech, and voice_agent_call_slots of the worker',
  ],
  503: BUSY,
};
