import type { CallEvent, PartsMs } from './call-events.ts';

/** What a call does just now. `joining`: its agent is on its way into the room, or waits for somebody there. */
export type Stage = 'joining' | 'listening' | 'caller-speaks' | 'thinking' | 'speaking' | 'ending';

/** What the worker is told of a running call, to show it; nothing personal. Times are milliseconds since the epoch. */
export type LiveFact =
  | { readonly live: 'started'; readonly prompt: string; readonly via: 'web' | 'sip' }
  | { readonly live: 'stage'; readonly stage: Stage; readonly atMs: number }
  | ({ readonly live: 'turn' } & LiveTurn);

/** A turn that was answered. */
export interface LiveTurn {
  readonly turn: number;
  /** When its answer was over. */
  readonly atMs: number;
  readonly interrupted: boolean;
  readonly parts: PartsMs;
}

/** Tells of a call what its operators see. A stage is told when it changes. */
export function tellLive(tell: (fact: LiveFact) => void): (event: CallEvent) => void {
  let stage: Stage = 'joining';
  return (event) => {
    if (event.type === 'started') tell({ live: 'started', prompt: event.prompt, via: event.via });
    if (event.type === 'turn') {
      const { turn, atMs, interrupted, parts } = event;
      tell({ live: 'turn', turn, atMs, interrupted, parts });
    }
    const next = stageAfter(event, stage);
    if (next === stage) return;
    stage = next;
    tell({ live: 'stage', stage, atMs: event.atMs });
  };
}

function stageAfter(event: CallEvent, before: Stage): Stage {
  if (before === 'ending') return before;
  switch (event.type) {
    case 'started':
    case 'agent-spoke':
      return 'listening';
    case 'caller-speaks':
      if (event.isSpeaking) return 'caller-speaks';
      return before === 'caller-speaks' ? 'listening' : before;
    case 'answer-awaited':
      return 'thinking';
    case 'agent-heard':
    case 'cover-begins':
      return 'speaking';
    case 'ending':
      return 'ending';
    default:
      return before;
  }
}
