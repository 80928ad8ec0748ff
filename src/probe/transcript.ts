/** LiveKit's text-stream topic for what both sides said. */
export const TRANSCRIPTION_TOPIC = 'lk.transcription';

/** One segment of speech as text, as the room was told. */
export interface Transcript {
  readonly segmentId: string;
  /** Who spoke. */
  readonly identity: string;
  readonly text: string;
  /** No more will come: the text was replaced by its final version, or its stream ended. */
  readonly final: boolean;
  /** `performance.now()` of its first words and of its last change. */
  readonly firstAtMs: number;
  readonly changedAtMs: number;
}

/** What is used of rtc-node's `TextStreamReader`. */
export interface TextStream extends AsyncIterable<string> {
  readonly info: { readonly streamId: string; readonly attributes?: Readonly<Record<string, string>> };
}

export interface TranscriptOptions {
  /** Who spoke. */
  identity: string;
  /** The stream grows until its end, as an agent's does; a caller's comes anew with each version. */
  growing: boolean;
  /** Gets the segment, or its next version. */
  transcripts: Transcript[];
  onChange(): void;
}

/** Reads one transcription stream to its end; a room that closes in the middle of it leaves what was read. */
export async function readTranscript(
  reader: TextStream,
  { identity, growing, transcripts, onChange }: TranscriptOptions,
): Promise<void> {
  const { attributes = {}, streamId } = reader.info;
  const segmentId = attributes['lk.segment_id'] ?? streamId;
  let text = '';
  const update = (final: boolean) => {
    const now = performance.now();
    const at = transcripts.findIndex((known) => known.segmentId === segmentId);
    const firstAtMs = transcripts[at]?.firstAtMs ?? now;
    transcripts[at < 0 ? transcripts.length : at] = {
      ...{ segmentId, identity, text, final, firstAtMs },
      changedAtMs: now,
    };
    onChange();
  };
  try {
    for await (const chunk of reader) {
      text += chunk;
      update(false);
    }
  } catch {
    // The room closed.
  }
  if (growing || attributes['lk.transcription_final'] === 'true') update(true);
}
