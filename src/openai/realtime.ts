import type { EndpointError } from '../errors.ts';
import type { JsonObject } from './extra-body.ts';
import { fault, type Target } from './fault.ts';
import type { ServerEvent } from './realtime-dialect.ts';
import { RealtimeLink } from './realtime-link.ts';
import { PendingCommits } from './realtime-pending.ts';
import { type Outcome, Utterance } from './realtime-utterance.ts';
import { authorization, endpointUrl, type RemoteOptions } from './request.ts';
import { unsayable } from './transcript-faults.ts';
import type { Transcript } from './transcription.ts';
import { wireOf } from './wires.ts';

export interface RealtimeOptions extends Omit<RemoteOptions, 'signal' | 'transport'> {
  /** The protocol, where it is not OpenAI's (`wires.ts`). */
  wire?: string | undefined;
  /** With such a protocol. */
  extraBody?: JsonObject | undefined;
  /** The setting that holds the key. */
  keySetting?: string | undefined;
  /** Such as `http://gpu-host:8000/v1`; `/realtime` is added. */
  baseUrl: string;
  apiKey?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  model: string;
  /** ISO 639-1; not given lets the model detect it. */
  language?: string | undefined;
  /** Words that are likely to be heard. */
  prompt?: string | undefined;
  /** Of the audio that is appended. */
  sampleRate: number;
  /** The whole text so far of an utterance, each time it grows; after a lost connection it begins anew. */
  onPartial?: ((text: string) => void) | undefined;
}

/** One caller's transcription over one WebSocket. */
export interface Realtime {
  /** Whether this server has transcribed anything yet. */
  readonly hasAnswered: boolean;
  /** Adds 16-bit mono audio to the open utterance. Give speech only, with a little before it: servers keep it all. */
  append(samples: Int16Array): void;
  /**
   * Ends the open utterance and resolves with what was said in it; the next one may be appended meanwhile. Less than
   * 100 ms, which servers refuse, is silence. Aborting gives up this transcript alone.
   * @throws EndpointError — `connect`, `status`, `first-byte`, `stall`, `invalid`, `aborted`
   */
  commit(signal?: AbortSignal): Promise<Transcript>;
  /** Forgets the open utterance. */
  clear(): void;
  /** Ends the connection; commits under way are `aborted`. */
  close(): void;
}

const SHORTEST_MS = 100;

/**
 * Transcribes speech while it is spoken: `{baseUrl}/realtime`, opened at once, opened again when it is lost, and sent
 * the audio of all unanswered utterances again then. The end of an utterance is ours to say, never the server's.
 * The dialect follows from how the server greets:
 *
 * | server | greets with | audio | answers with |
 * |---|---|---|---|
 * | OpenAI | `session.created` {session: {audio}} | 24 kHz | `conversation.item.input_audio_transcription.…` by item |
 * | OpenAI beta | `transcription_session.created` | 24 kHz | the same |
 * | speaches | `session.created` {session: {input_audio_format}} | 24 kHz | the same; cannot switch its VAD off, so it is made deaf |
 * | vLLM | `session.created` without a session | 16 kHz | `transcription.…`, one utterance at a time; a commit begins it, a final one ends it |
 *
 * A server with a `wire` of its own does not greet.
 *
 * `firstByteTimeoutMs` runs from a commit to its first text, `stallTimeoutMs` from text to text. `attempts` counts
 * connections for one commit. `onRetry` is told of each connection that was lost or did not come about.
 */
export function openRealtime(options: RealtimeOptions): Realtime {
  return new Client(options);
}

class Client implements Realtime {
  hasAnswered = false;
  readonly #options: RealtimeOptions;
  readonly #target: Target;
  readonly #link: RealtimeLink;
  readonly #pending: PendingCommits;
  #open: Utterance;

  constructor(options: RealtimeOptions) {
    const { apiKey, prompt, headers = {}, keySetting } = options;
    const wire = wireOf(options);
    this.#options = options;
    const secrets = [apiKey ?? '', prompt ?? '', ...Object.values(headers)];
    const url = wire ? wire.socketUrl(options, options.language) : realtimeUrl(options);
    this.#target = { endpoint: 'stt', url, secrets, keySetting };
    this.#open = new Utterance(options.sampleRate);
    this.#pending = new PendingCommits({
      ...options,
      target: this.#target,
      drop: (error) => this.#link.connection?.drop(error),
      onSettled: (answered) => {
        if (answered) {
          this.hasAnswered = true;
          this.#link.works();
        }
        this.#send();
      },
    });
    this.#link = new RealtimeLink({
      ...options,
      ...this.#target,
      headers: authorization(apiKey, headers, wire),
      dialect: wire?.dialect,
      onReady: () => {
        this.#pending.begin();
        this.#send();
      },
      onEvent: (event) => this.#take(event),
      onLost: (error) => {
        this.#open.rewind();
        this.#pending.lost(error);
      },
    });
  }

  append(samples: Int16Array): void {
    this.#open.push(samples);
    this.#send();
  }

  async commit(signal?: AbortSignal): Promise<Transcript> {
    const failed = this.#link.closed || signal?.aborted ? this.#aborted() : this.#pending.unfit;
    const utterance = this.#open;
    if (failed || utterance.durationMs < SHORTEST_MS) {
      this.clear();
      if (failed) throw failed;
      return { text: '' };
    }
    this.#open = new Utterance(this.#options.sampleRate);
    const giveUp = () => this.#pending.giveUp(utterance, this.#aborted());
    signal?.addEventListener('abort', giveUp);
    try {
      return await new Promise((resolve, reject) => this.#enqueue(utterance, { resolve, reject }));
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  clear(): void {
    const utterance = this.#open;
    const { connection } = this.#link;
    this.#open = new Utterance(this.#options.sampleRate);
    if (connection === undefined || !utterance.begun) return;
    // Where the server cannot forget it, its transcript is not read.
    if (connection.dialect.clear) connection.send(connection.dialect.clear);
    else this.#enqueue(utterance);
  }

  close(): void {
    this.#link.close();
    this.#pending.refuseAll(this.#aborted());
  }

  #enqueue(utterance: Utterance, outcome?: Outcome): void {
    utterance.commit(outcome);
    this.#pending.push(utterance);
    this.#link.connectNow();
    this.#send();
  }

  /** All that the connection can take and does not have. */
  #send(): void {
    const { connection } = this.#link;
    if (connection === undefined || !this.#pending.sendTo(connection)) return;
    if (this.#open.whole) this.#open.sendTo(connection);
  }

  #take(event: ServerEvent): void {
    const forgiven = this.#link.connection?.dialect.forgives;
    if ('said' in event && forgiven?.test(event.said)) return;
    if (this.#pending.take(event) || event.kind !== 'delta') return;
    const error = unsayable(
      this.#target,
      this.#open.partial.length + event.text.length,
      this.#open.durationMs,
    );
    if (error) {
      this.#link.connection?.drop(fault(this.#target, 'stall', error.message));
      return;
    }
    this.#open.partial += event.text;
    this.#options.onPartial?.(this.#open.partial);
  }

  #aborted(): EndpointError {
    return fault(this.#target, 'aborted', 'cancelled');
  }
}

/** OpenAI takes a model here for that of a conversation; gateways and speaches want it here. */
export function realtimeUrl({ baseUrl, model }: { baseUrl: string; model: string }): string {
  const url = new URL(endpointUrl(baseUrl, 'realtime'));
  url.searchParams.set('intent', 'transcription');
  if (url.hostname !== 'api.openai.com') url.searchParams.set('model', model);
  return url.href;
}
