/** How fast the simulated endpoints are. */
export interface Speeds {
  /** Request to transcript, `batch` and `sse`. */
  sttMs: number;
  /** Commit to final transcript, `realtime`. */
  sttFinalMs: number;
  /** Request to first token. */
  llmTtftMs: number;
  llmTokensPerS: number;
  /** Request to first byte of sound. */
  ttsTtfbMs: number;
  /** Seconds of sound for each second. */
  ttsRealtimeFactor: number;
}

export const DEFAULT_SPEEDS: Speeds = {
  sttMs: 200,
  sttFinalMs: 80,
  llmTtftMs: 200,
  llmTokensPerS: 60,
  ttsTtfbMs: 120,
  ttsRealtimeFactor: 5,
};
