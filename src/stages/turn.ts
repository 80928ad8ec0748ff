import { inference, type voice } from '@livekit/agents';
import type { Config } from '../config/schema.ts';

type SessionOptions = voice.AgentSessionOptions;

/**
 * How turns are taken, all of it on this machine: the model is pinned to the on-device version, because the
 * framework picks its cloud twin whenever `LIVEKIT_DEV_MODE` is set; interruptions are decided by VAD.
 *
 * @param allowInterruptions - what the prompt file says.
 */
export function turnOptions(config: Config['turn'], allowInterruptions: boolean) {
  return {
    turnHandling: {
      turnDetection:
        config.detection === 'model' ? new inference.TurnDetector({ version: 'v1-mini' }) : 'vad',
      endpointing: { mode: 'fixed', minDelay: config.minEndpointingMs, maxDelay: config.maxEndpointingMs },
      interruption: { enabled: allowInterruptions, mode: 'vad' },
      preemptiveGeneration: { enabled: true },
    },
    aecWarmupDuration: config.aecWarmupMs === 0 ? null : config.aecWarmupMs,
  } satisfies Partial<SessionOptions>;
}
