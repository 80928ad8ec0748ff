import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CallRecord } from './call-record.ts';
import { namesIn, partStart, writeWhole } from './folder.ts';
import { joinParts, RECORDING, type Recording } from './join-parts.ts';
import { JOURNAL } from './journal.ts';
import { type Message, webhookMessage } from './message.ts';
import { RECORDING_RATE } from './stereo.ts';
import type { Summary } from './summary.ts';
import { readable, type Transcript, transcriptOf } from './transcript.ts';

/** The text of a longer one is where the message says. */
const MOST_INLINE_BYTES = 256 * 1024;

export interface FinishParts {
  record: CallRecord;
  summary: Summary;
  /** Of the call while it ran, and where its record is to lie. */
  from: string;
  to: string;
  transcripts: boolean;
  /** Records are copied to S3: what is ready, is so there. */
  toS3: boolean;
  /** Resolves once the message cannot be lost. */
  tell(message: Message): Promise<void>;
}

/**
 * Makes the record of a call that is over. Done again after it broke off anywhere, it comes to the same.
 *
 * @throws what the file system says.
 */
export async function finish({
  record,
  summary,
  from,
  to,
  transcripts,
  toS3,
  tell,
}: FinishParts): Promise<void> {
  const { callId } = summary;
  await mkdir(from, { recursive: true, mode: 0o700 });
  const atMs = Date.parse(summary.endedAt);
  const recording = await joinParts(from);
  const sound = recording && soundOf(recording, summary);
  await writeWhole(join(from, 'summary.json'), json({ ...summary, ...(sound && { recording: sound }) }));
  const transcript = transcripts && record.mayKeep ? transcriptOf(record, summary) : undefined;
  if (transcript) {
    await writeWhole(join(from, 'transcript.json'), json(transcript));
    await writeWhole(join(from, 'transcript.txt'), readable(transcript));
  }
  await tell(webhookMessage('call.ended', callId, atMs, endOf(summary)));
  await tell(webhookMessage('call.summary', callId, atMs, { ...summary }));
  const ready = [
    ...(transcript
      ? [readyMessage('transcript.ready', 'transcript.json', to, atMs, transcriptData(transcript))]
      : []),
    ...(sound ? [readyMessage('recording.ready', RECORDING, to, atMs, { ...whose(summary), ...sound })] : []),
  ];
  const files = [
    'summary.json',
    ...(transcript ? ['transcript.json', 'transcript.txt'] : []),
    ...(sound ? [RECORDING] : []),
  ];
  for (const message of toS3 ? copies(files, callId, atMs, ready) : ready) await tell(message);
  await moveTo(from, to);
}

async function moveTo(from: string, to: string): Promise<void> {
  for (const name of await namesIn(from))
    if (name === JOURNAL || partStart(name) !== undefined) await rm(join(from, name), { force: true });
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

function readyMessage(
  event: 'transcript.ready' | 'recording.ready',
  file: string,
  to: string,
  atMs: number,
  data: Record<string, unknown>,
): Message {
  return webhookMessage(event, basename(to), atMs, { ...data, file: join(basename(to), file) });
}

function copies(
  files: readonly string[],
  callId: string,
  atMs: number,
  ready: readonly Message[],
): Message[] {
  return files.map((event) => {
    const then = ready.find(({ data }) => data?.file === join(callId, event));
    return { id: `s3_${callId}_${event}`, to: 's3', event, callId, atMs, tries: 0, ...(then && { then }) };
  });
}

function endOf({ durationMs, endReason, ok, endedAt, ...summary }: Summary): Record<string, unknown> {
  return { ...whose(summary), endedAt, durationMs, endReason, ok };
}

const whose = ({
  callId,
  caller,
  via,
  prompt,
  promptHash,
  startedAt,
}: Omit<Summary, 'durationMs' | 'endReason' | 'ok' | 'endedAt'>) => ({
  ...{ callId, caller, via, prompt, promptHash, startedAt },
});

function soundOf({ startedAtMs, durationMs, bytes }: Recording, { startedAt }: Summary) {
  return {
    /** Milliseconds since the call's start, as in the transcript. */
    fromMs: startedAtMs - Date.parse(startedAt),
    ...{ durationMs, bytes, sampleRate: RECORDING_RATE, channels: ['caller', 'agent'] },
  };
}

function transcriptData(transcript: Transcript): Record<string, unknown> {
  const { lines, ...rest } = transcript;
  return Buffer.byteLength(JSON.stringify(lines)) > MOST_INLINE_BYTES ? rest : { ...rest, lines };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
