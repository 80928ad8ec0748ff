import type { Fault, Route } from '../../standin/faults.ts';

export type ModelRoute = Extract<Route, 'stt' | 'llm' | 'tts'>;
export const MODEL_ROUTES = ['stt', 'llm', 'tts'] as const satisfies readonly ModelRoute[];
/** What goes wrong with the requests of each route, in order: see `FaultPlan`. */
export type Planned = Record<ModelRoute, Fault[]>;

/** More requests than any of these calls makes. */
const ENOUGH = 5000;

/** Of each route every `nth` request meets the fault, the others are answered. */
export function everyNth(nth: number, fault: Fault): Planned {
  const round: Fault[] = [
    { latencyMs: 0, times: nth - 1 },
    { ...fault, times: 1 },
  ];
  const all = Array.from({ length: Math.ceil(ENOUGH / nth) }, () => round).flat();
  return { stt: all, llm: all, tts: all };
}

/** What can go wrong with an answer: late, never, refused, not what was asked for, or broken off in the middle. */
const KINDS: Readonly<Record<ModelRoute, readonly Fault[]>> = {
  stt: [
    { hang: true },
    { status: 500 },
    { status: 429, retryAfterS: 1 },
    { garbage: true },
    { latencyMs: 3000 },
    { cutAfterBytes: 10 },
    { stallAfterBytes: 10 },
  ],
  llm: [
    { hang: true },
    { status: 500 },
    { status: 503 },
    { garbage: true },
    { latencyMs: 3000 },
    { cutAfterBytes: 900 },
    { stallAfterBytes: 900 },
  ],
  tts: [
    { hang: true },
    { status: 500 },
    { status: 503 },
    { garbage: true },
    { latencyMs: 3000 },
    { cutAfterBytes: 24_000 },
    { stallAfterBytes: 24_000 },
  ],
};

/**
 * Of each route a share of the requests, at random, meets one of all kinds of faults.
 *
 * @param share - 0 to 1.
 * @param random - 0 to 1.
 */
export function mixed(share: number, random: () => number): Planned {
  return { stt: mix('stt', share, random), llm: mix('llm', share, random), tts: mix('tts', share, random) };
}

function mix(route: ModelRoute, share: number, random: () => number): Fault[] {
  const kinds = KINDS[route];
  const planned: Fault[] = [];
  let answered = 0;
  for (let request = 0; request < ENOUGH; request += 1) {
    if (random() >= share) answered += 1;
    else {
      if (answered > 0) planned.push({ latencyMs: 0, times: answered });
      answered = 0;
      planned.push({ ...kinds[Math.floor(random() * kinds.length)], times: 1 });
    }
  }
  return planned;
}
