import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { joined } from '../openai/samples.ts';
import { type Clock, untilAborted } from './clock.ts';
import type { State } from './control.ts';
import type { Fault } from './faults.ts';
import type { OpenEntry, RealtimeDetails } from './journal.ts';
import type { Recognizer } from './recognizer.ts';
import { FaultPlayed } from './reply.ts';
import { describeTranscription, type TranscriptionRequest, transcriptOf, wordsOf } from './stt.ts';

/** Of the audio that OpenAI's realtime transcription takes. */
const SAMPLE_RATE = 24_000;
const SHORTEST_MS = 100;
const EVENT = 'conversation.item.input_audio_transcription';

export interface RealtimeParts {
  state: State;
  clock: Clock;
  recognizer: Recognizer | undefined;
}

/** One WebSocket, until it closes. */
export class RealtimeSession {
  readonly #socket: WebSocket;
  readonly #entry: OpenEntry<'realtime'>;
  readonly #parts: RealtimeParts;
  readonly #signal: AbortSignal;
  readonly #details: RealtimeDetails;
  #pieces: Int16Array[] = [];
  #language: string | undefined;
  #prompt: string | undefined;

  constructor(
    socket: WebSocket,
    request: IncomingMessage,
    entry: OpenEntry<'realtime'>,
    parts: RealtimeParts,
    signal: AbortSignal,
  ) {
    const { searchParams } = new URL(request.url ?? '', 'http://stand-in');
    this.#details = { model: searchParams.get('model') ?? '', audioMs: 0, commits: 0 };
    this.#socket = socket;
    this.#entry = entry;
    this.#parts = parts;
    this.#signal = signal;
    entry.entry.details = this.#details;
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      if (entry.entry.outcome === 'pending') entry.close(code === 1000 ? 'answered' : 'aborted');
    });
    socket.on('message', (data) => this.#receive(String(data)));
    this.#send({ type: 'session.created', session: { type: 'transcription', audio: {} } });
  }

  #receive(text: string): void {
    // What had arrived before a cut still comes.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const message = parsed(text);
    if (message === undefined) this.#error('We could not parse the message as JSON.');
    else if (message.type === 'session.update') this.#configure(message.session);
    else if (message.type === 'input_audio_buffer.append') this.#append(String(message.audio ?? ''));
    else if (message.type === 'input_audio_buffer.clear') this.#pieces = [];
    else if (message.type === 'input_audio_buffer.commit') this.#commit();
    else this.#error(`Invalid value: '${message.type}' is not a message that the stand-in knows.`);
  }

  #configure(session: unknown): void {
    const { audio } = (session ?? {}) as { audio?: { input?: { transcription?: Record<string, string> } } };
    const { model, language, prompt } = audio?.input?.transcription ?? {};
    this.#details.model = model ?? this.#details.model;
    this.#language = language;
    this.#prompt = prompt;
    this.#send({ type: 'session.updated', session });
  }

  #append(audio: string): void {
    const bytes = Buffer.from(audio, 'base64');
    const samples = new Int16Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)),
    );
    this.#pieces.push(samples);
    this.#details.audioMs += (samples.length / SAMPLE_RATE) * 1000;
    const { cutAfterAudioMs } = this.#entry.entry.fault ?? {};
    if (cutAfterAudioMs !== undefined && this.#details.audioMs >= cutAfterAudioMs) this.#cut();
  }

  #commit(): void {
    const samples = joined(this.#pieces);
    const { model } = this.#details;
    this.#pieces = [];
    this.#details.commits += 1;
    if (samples.length < (SAMPLE_RATE * SHORTEST_MS) / 1000) {
      this.#error('Error committing input audio buffer: buffer too small. Expected at least 100ms of audio.');
      return;
    }
    const asked = { format: 'realtime', stream: true, language: this.#language, prompt: this.#prompt };
    void this.#transcribe({ ...asked, samples, sampleRate: SAMPLE_RATE, model });
  }

  async #transcribe(request: TranscriptionRequest): Promise<void> {
    const { state, clock } = this.#parts;
    const item = `item_${randomUUID()}`;
    const arrivedMs = clock.now();
    const fault = state.faults.take('stt') ?? {};
    const { entry, close } = state.journal.open('stt', Object.keys(fault).length > 0 ? fault : undefined);
    entry.details = describeTranscription(request);
    this.#send({ type: 'input_audio_buffer.committed', item_id: item });
    try {
      const { text } = await transcriptOf(request, { ...this.#parts, script: state.stt }, this.#signal);
      const dueMs = arrivedMs + (fault.latencyMs ?? 0) + (state.profile.stt?.finalMs ?? 0);
      if (dueMs > clock.now()) await clock.sleep(dueMs - clock.now(), this.#signal);
      await this.#playFault(fault, item);
      entry.firstByteMs = Date.now() - entry.atMs;
      for (const delta of wordsOf(text))
        this.#send({ type: `${EVENT}.delta`, item_id: item, content_index: 0, delta });
      if (!fault.withoutDone)
        this.#send({ type: `${EVENT}.completed`, item_id: item, content_index: 0, transcript: text });
      this.#signal.throwIfAborted();
      entry.details = { ...entry.details, text };
      close('answered');
    } catch (error) {
      close(error instanceof FaultPlayed ? 'faulted' : this.#signal.aborted ? 'aborted' : 'failed');
    }
  }

  /** Plays the faults that take the place of a transcript. */
  async #playFault(fault: Fault, item: string): Promise<void> {
    const { hang, status, garbage, cutAfterBytes, stallAfterBytes } = fault;
    if (hang) await untilAborted(this.#signal);
    if (stallAfterBytes !== undefined) {
      this.#send({ type: `${EVENT}.delta`, item_id: item, content_index: 0, delta: 'I' });
      await untilAborted(this.#signal);
    }
    if (status !== undefined) this.#error(`stand-in fault: status ${status}`, status >= 500);
    else if (garbage) this.#socket.send('<!doctype html><title>Sign in</title>');
    else if (cutAfterBytes !== undefined) this.#socket.terminate();
    else return;
    throw new FaultPlayed('played in place of a transcript');
  }

  #cut(): void {
    this.#entry.close('faulted');
    this.#socket.terminate();
  }

  #error(message: string, ofServer = false): void {
    const type = ofServer ? 'server_error' : 'invalid_request_error';
    this.#send({ type: 'error', error: { type, message, param: null, code: null } });
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify({ event_id: `event_${randomUUID()}`, ...message }), () => undefined);
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
