import type { Happening, Subscriber } from '../observe/call-events.ts';

/** The caller's last sound before a turn whose transcriber does not say when it ended. */
const LAST_SOUND_WITHIN_MS = 5000;

/**
 * Tells when the caller waits for an answer, from the last sound of their turn until the answer is heard or will not be. A
 * turn in which nothing was said gets no answer: its words are known before anybody waits, unless the transcriber is late.
 */
export function watchWaits(emit: (happening: Happening) => void): Subscriber {
  let isAwaited = false;
  let isHeard = false;
  let quietAtMs = 0;
  const begin = (sinceMs: number, endedAtMs?: number) => {
    isAwaited = true;
    emit({ type: 'answer-awaited', sinceMs, endedAtMs });
  };
  const over = (outcome: Extract<Happening, { type: 'answer-wait-over' }>['outcome']) => {
    if (isAwaited) emit({ type: 'answer-wait-over', outcome });
    isAwaited = false;
  };
  return (event) => {
    const { type, atMs } = event;
    if (type === 'turn-ended') begin(event.times.lastSoundAt, event.times.endedAt ?? atMs);
    else if (type === 'words-awaited') {
      // Over the agent's voice: a noise sooner than a question.
      if (event.state === 'late') {
        if (!isHeard) begin(event.lastSoundAtMs);
      } else if (event.state === 'speaking') over('caller-speaks');
      else if (event.state === 'nothing') over('nothing-said');
    } else if (type === 'caller-speaks') {
      if (event.isSpeaking) over('caller-speaks');
      else quietAtMs = atMs;
    } else if (type === 'said' && event.role === 'user') {
      // In writing, or by a provider's own transcriber.
      if (!isAwaited) begin(atMs - quietAtMs < LAST_SOUND_WITHIN_MS ? quietAtMs : atMs, atMs);
    } else if (type === 'agent-heard') {
      isHeard = true;
      over('heard');
    } else if (type === 'agent-spoke') isHeard = false;
    // Nothing is heard of keys that are pressed.
    else if (type === 'action' && event.state === 'begun' && event.piiDigits) over('nothing-said');
    // Nobody waits for it on hold.
    else if (type === 'hold' && event.isHeld && event.isCertain) over('nothing-said');
    // It breaks in as speech does.
    else if (type === 'key-pressed') over('caller-speaks');
    else if (type === 'turn-without-sound') over('given-up');
    else if (type === 'cover-begins' && event.isApology) over('given-up');
    else if (type === 'ending' || type === 'ended') over('call-over');
  };
}
