import type { EndpointError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Deadlines, Timing } from './exchange.ts';
import { excerpt, fault, type Target } from './fault.ts';
import type { RealtimeConnection } from './realtime-connection.ts';
import type { ServerEvent } from './realtime-dialect.ts';
import type { Utterance } from './realtime-utterance.ts';
import { refusalHint } from './refusal-hint.ts';
import { unsayable } from './transcript-faults.ts';

export interface PendingOptions {
  target: Target;
  deadlines: Deadlines;
  clock?: Clock | undefined;
  onPartial?: ((text: string) => void) | undefined;
  onTiming?: ((timing: Timing) => void) | undefined;
  /** Gives the connection up, and with that tries again what `lost` does not refuse. */
  drop(error: EndpointError): void;
  /** An utterance was answered or refused: the next may be sent. */
  onSettled(answered: boolean): void;
}

/**
 * The committed utterances that the server has not answered yet. Those that nobody waits for any more stay in the list:
 * their answers still come, and must not be taken for the answers to others.
 */
export class PendingCommits {
  /** Set when this server cannot be used for realtime transcription. */
  unfit: EndpointError | undefined;
  readonly #options: PendingOptions;
  readonly #clock: Clock;
  /** Oldest first. */
  #queue: Utterance[] = [];
  /** Whether the server gives each utterance an id, on this connection. */
  #hasIds = false;

  constructor(options: PendingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** On a new connection. */
  begin(): void {
    this.#hasIds = false;
  }

  push(utterance: Utterance): void {
    this.#queue.push(utterance);
  }

  /** `false` when the server must answer before it can take more. */
  sendTo(connection: RealtimeConnection): boolean {
    for (const utterance of [...this.#queue]) {
      if (!utterance.whole) {
        const what = 'lost the connection in an utterance too long to be sent again';
        this.#refuse(utterance, fault(this.#options.target, 'stall', what));
        continue;
      }
      if (utterance.sendTo(connection)) {
        utterance.sentMs = this.#clock.now();
        this.#expectText(utterance, 'first-byte', this.#options.deadlines.firstByteTimeoutMs);
      }
      if (connection.dialect.oneByOne) return false;
    }
    return true;
  }

  /** @returns `false` for an event that is about none of these. */
  take(event: ServerEvent): boolean {
    if (event.kind === 'committed') return this.#setId(event.item);
    const utterance = event.kind === 'error' ? this.#sent()[0] : this.#utteranceOf(event.item);
    if ('said' in event) return this.#takeError(event, utterance);
    if (utterance === undefined) return false;
    this.#textCame(utterance);
    const characters = event.text.length + (event.kind === 'final' ? 0 : utterance.partial.length);
    const error = unsayable(this.#options.target, characters, utterance.durationMs);
    if (error) this.#giveUpAnswer(utterance, error);
    else if (event.kind === 'final') this.#answer(utterance, event.text);
    else {
      utterance.partial += event.text;
      if (utterance.outcome !== undefined) this.#options.onPartial?.(utterance.partial);
    }
    return true;
  }

  /** The connection is lost: all are sent again on the next one but those whose tries are spent. */
  lost(error: EndpointError): void {
    for (const utterance of [...this.#queue]) {
      utterance.rewind();
      utterance.losses += 1;
      const again = error.retryable && utterance.losses < this.#options.deadlines.attempts;
      if (!again || utterance.outcome === undefined) this.#refuse(utterance, error);
    }
  }

  giveUp(utterance: Utterance, error: EndpointError): void {
    utterance.outcome?.reject(error);
    utterance.outcome = undefined;
    if (!utterance.begun) this.#remove(utterance);
  }

  refuseAll(error: EndpointError): void {
    for (const utterance of this.#queue) this.#refuse(utterance, error);
  }

  #sent(): Utterance[] {
    return this.#queue.filter(({ commitSent }) => commitSent);
  }

  #utteranceOf(item: string | undefined): Utterance | undefined {
    const sent = this.#sent();
    return sent.find((utterance) => utterance.item === item) ?? (this.#hasIds ? undefined : sent[0]);
  }

  #setId(item: string | undefined): boolean {
    this.#hasIds = true;
    const utterance = this.#sent().find((one) => one.item === undefined);
    if (utterance !== undefined) utterance.item = item;
    else {
      const what = 'ended an utterance by itself, which tears sentences apart';
      const hint =
        'It does not leave the end of speech to the client: use STT_MODE=batch or sse with this server.';
      this.unfit = fault(this.#options.target, 'invalid', what, { hint });
      this.#options.drop(this.unfit);
    }
    return true;
  }

  #answer(utterance: Utterance, text: string): void {
    this.#remove(utterance);
    utterance.outcome?.resolve({ text: (text || utterance.partial).trim() });
    this.#options.onSettled(true);
  }

  #takeError({ kind, said }: ServerEvent & { said: string }, utterance: Utterance | undefined): boolean {
    const { target, drop } = this.#options;
    const words = excerpt(said, target);
    const message = `sent an error: ${words}`;
    const status = /"(server_error|processing_error)"/.test(said) ? 500 : 400;
    const hint = refusalHint({ ...target, status, said: words });
    const error =
      status === 500
        ? fault(target, 'status', message, { status, hint })
        : fault(target, 'invalid', message, { hint });
    if (utterance !== undefined && (!error.retryable || utterance.outcome === undefined)) {
      this.#refuse(utterance, error);
      // It may have meant another, whose answer would then be taken for that of the next.
      if (kind === 'error') drop(fault(target, 'stall', `given up after an error: ${message}`));
    } else if (utterance !== undefined || kind === 'error') drop(error);
    return true;
  }

  /** Gives the connection up too: more text of this utterance must not be taken for the answer to another. */
  #giveUpAnswer(utterance: Utterance, error: EndpointError): void {
    this.#refuse(utterance, error);
    this.#options.drop(fault(this.#options.target, 'stall', `given up: ${error.message}`));
  }

  /** The first text after the commit counts as the first byte of the answer. */
  #textCame(utterance: Utterance): void {
    const { deadlines, onTiming } = this.#options;
    if (utterance.sentMs !== undefined && utterance.outcome !== undefined) {
      const firstByteMs = this.#clock.now() - utterance.sentMs;
      onTiming?.({ attempt: utterance.losses + 1, connectMs: 0, firstByteMs });
    }
    utterance.sentMs = undefined;
    this.#expectText(utterance, 'stall', deadlines.stallTimeoutMs);
  }

  #expectText(utterance: Utterance, failure: 'first-byte' | 'stall', ms: number): void {
    const { target, drop } = this.#options;
    const what = failure === 'stall' ? 'no more text' : 'no text after the commit';
    utterance.stopDeadline();
    utterance.stopDeadline = this.#clock.after(ms, () =>
      drop(fault(target, failure, `timed out: ${what} within ${ms} ms`)),
    );
  }

  #refuse(utterance: Utterance, error: EndpointError): void {
    this.#remove(utterance);
    utterance.outcome?.reject(error);
    this.#options.onSettled(false);
  }

  #remove(utterance: Utterance): void {
    utterance.stopDeadline();
    this.#queue = this.#queue.filter((one) => one !== utterance);
  }
}
