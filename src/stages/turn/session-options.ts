import { inference, type voice } from '@livekit/agents';
import type { Config } from '../../config/schema.ts';

type SessionOptions = Pick<voice.AgentSessionOptions, 'turnHandling' | 'aecWarmupDuration' | 'vad'>;

/**
 * The session does what `TurnStt` says: a turn begins and ends with its events, a likely turn is answered ahead of its
 * end, voice included, without a limit of the framework's own (`maxRetries`, `maxSpeechDuration`). Nothing else stops
 * the agent's voice.
 *
 * @param allowInterruptions - what the prompt file says.
 */
export function followTurnStt(allowInterruptions: boolean): SessionOptions {
  return {
    vad: null,
    turnHandling: {
      turnDetection: 'stt',
      endpointing: { mode: 'fixed', minDelay: 0, maxDelay: 0 },
      interruption: { enabled: allowInterruptions, mode: 'vad', resumeFalseInterruption: false },
      preemptiveGeneration: {
        enabled: true,
        preemptiveTts: true,
        maxSpeechDuration: Number.MAX_SAFE_INTEGER,
        maxRetries: Number.MAX_SAFE_INTEGER,
      },
    },
    aecWarmupDuration: null,
  };
}

/**
 * For a provider's own transcriber: the framework begins and ends the turns, on this machine. The
 * model is pinned to the on-device version, because the framework picks its cloud twin whenever `LIVEKIT_DEV_MODE` is
 * set; interruptions are decided by VAD.
 */
export function followVad(config: Config['turn'], allowInterruptions: boolean): SessionOptions {
  return {
    turnHandling: {
      turnDetection:
        config.detection === 'model' ? new inference.TurnDetector({ version: 'v1-mini' }) : 'vad',
      endpointing: { mode: 'fixed', minDelay: config.minEndpointingMs, maxDelay: config.maxEndpointingMs },
      interruption: { enabled: allowInterruptions, mode: 'vad' },
      preemptiveGeneration: { enabled: true },
    },
    aecWarmupDuration: config.aecWarmupMs === 0 ? null : config.aecWarmupMs,
  };
}
