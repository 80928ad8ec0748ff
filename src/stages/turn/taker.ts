import { EndTimers } from './end-timers.ts';
import { expectedEnding } from './ending.ts';
import { LateWords } from './late-words.ts';
import { NamedTimers } from './named-timers.ts';
import { Overlap } from './overlap.ts';
import { PreparedAnswer } from './prepared-answer.ts';
import { Repair } from './repair.ts';
import type { TurnEndPrediction } from './roles.ts';
import type { TurnTakerParts } from './taker-parts.ts';
import type { TurnText } from './transcriber.ts';
import { MISSING_AUDIO_MS, TurnClock } from './turn-clock.ts';
import { TurnLength } from './turn-length.ts';

/** Silence after which the model is asked: the framework's own figure. */
const MODEL_PAUSE_MS = 200;
/** `silence` is told about so often, and a little more. */
const SILENCE_STEP_MS = 12;
/** Shorter sounds are clicks. */
const MIN_SPEECH_MS = 60;
/** Speech that surely goes on; what was prepared before a shorter noise may still be right. */
const GOES_ON_MS = 150;

/**
 * Decides when the caller's turn begins and ends. Work starts at the first short pause, and waits, ready, until the
 * silence and the words say that the turn is over; when the caller goes on it is dropped.
 *
 * Speech while the agent is busy holds the agent's voice at once; the words decide later whether it was a wish to
 * speak, or listening noise after which the voice goes on (`overlap.ts`).
 */
export class TurnTaker {
  readonly #parts: TurnTakerParts;
  #state: 'quiet' | 'speaking' | 'pausing' = 'quiet';
  readonly #overlap: Overlap;
  readonly #lastHeard: TurnClock;
  #attempt: AbortController | undefined;
  /** Transcript of the turn up to this pause. */
  #text: TurnText | undefined;
  /** The model's, about it. */
  #prediction: TurnEndPrediction | undefined;
  readonly #prepared: PreparedAnswer;
  readonly #length: TurnLength;
  readonly #timers: NamedTimers;
  readonly #ending: EndTimers;
  readonly #lateWords: LateWords;
  readonly #repair = new Repair();

  constructor(parts: TurnTakerParts) {
    this.#parts = parts;
    this.#timers = new NamedTimers(parts.clock);
    this.#lastHeard = new TurnClock(parts.clock, parts.wallNow);
    this.#prepared = new PreparedAnswer(parts.actions);
    this.#ending = new EndTimers({
      ...{ timers: this.#timers, lastHeard: this.#lastHeard, prepared: this.#prepared, flow: parts.flow },
      prepare: () => this.#prepare(),
      end: () => this.#end(),
    });
    this.#length = new TurnLength(parts.policy.maxTurnMs, parts.clock);
    this.#overlap = new Overlap(parts, this.#repair, {
      onTurn: () => this.#length.opened(),
      onBackground: () => this.#forget(),
    });
    this.#lateWords = new LateWords(parts.clock, parts.onWordsAwaited);
  }

  /** Speech has been going on for `speechMs` without a pause; the last of it was heard just now. */
  speech(speechMs: number): void {
    const { policy, agent, actions, governor } = this.#parts;
    if (this.#state !== 'speaking' && speechMs < MIN_SPEECH_MS) {
      this.#lastHeard.stirs();
      return;
    }
    if (this.#state === 'quiet') {
      const isBusy = agent.isBusy();
      if (this.#length.ignores(isBusy)) return;
      if (isBusy && (!agent.mayBeInterrupted() || speechMs < policy.bargeInAfterMs)) return;
      if (this.#overlap.isEcho()) return;
      this.#length.opened();
      if (isBusy) this.#overlap.begin(speechMs);
      else actions.speechStarted();
    } else if (this.#lateWords.areLate && this.#parts.echo?.isHeard()) return;
    else if (this.#length.isTooLong(this.#state === 'pausing')) {
      this.#lastHeard.audio();
      this.#cut();
      return;
    } else {
      if (this.#state === 'pausing' && !this.#overlap.isOpen) governor.wasted();
      this.#abandonAttempt();
      if (speechMs >= GOES_ON_MS) this.#prepared.drop();
    }
    this.#lastHeard.speech(this.#state === 'quiet' ? speechMs : undefined);
    this.#state = 'speaking';
    this.#timers.start('pause', this.#pauseMs() + MISSING_AUDIO_MS, () => this.#pause());
    this.#overlap.goesOn();
  }

  /** Silence has been going on for `silenceMs` (0: it may be none); the last of it was heard just now, and `stirs` perhaps. */
  silence(silenceMs: number, stirs = false): void {
    if (stirs) this.#lastHeard.stirs();
    if (silenceMs > 0) this.#length.paused();
    if (this.#state === 'quiet') return;
    this.#lastHeard.audio();
    if (this.#state !== 'speaking' || silenceMs === 0) return;
    this.#lastHeard.silence(silenceMs);
    const restMs = this.#pauseMs() - silenceMs;
    if (restMs < SILENCE_STEP_MS) this.#timers.start('pause', restMs, () => this.#pause());
  }

  close(): void {
    this.#abandonAttempt();
    this.#overlap.end();
    this.#parts.transcriber.close();
    this.#parts.model?.close();
  }

  /** The beginning of the answer that was prepared can be heard as soon as it may. */
  answerReady(): void {
    this.#ending.answerReady();
  }

  /** The model that writes the prepared answer says whether the caller has finished. */
  judged(isFinished: boolean): void {
    this.#prepared.judged(isFinished);
    this.#expectEnd();
  }

  /** Whether audio belongs to a turn that is open. */
  get isOpen(): boolean {
    return this.#state !== 'quiet' && !this.#length.isCut;
  }

  /** Ends the turn with what was said in it until now. */
  #cut(): void {
    if (this.#length.isCut) return;
    this.#length.cut();
    if (this.#state === 'speaking') this.#pause();
    else if (this.#text && !this.#overlap.isOpen) this.#end();
  }

  #pauseMs(): number {
    const { policy, governor } = this.#parts;
    return this.#overlap.isOpen ? policy.speculateAfterMs : governor.pauseMs(policy);
  }

  #pause(): void {
    const { transcriber, governor, clock, model, policy } = this.#parts;
    this.#state = 'pausing';
    this.#overlap.paused();
    this.#lastHeard.note('pauseSeenAt');
    const attempt = new AbortController();
    this.#attempt = attempt;
    const startedAt = clock.now();
    this.#lateWords.asked(this.#lastHeard, this.#length.ms);
    if (model) this.#ending.after('model', MODEL_PAUSE_MS, () => void this.#askModel(attempt));
    this.#ending.mayEndAfter(policy.minEndpointingMs);
    transcriber.transcribe(attempt.signal).then(
      (text) => {
        governor.answered('stt', clock.now() - startedAt);
        if (!attempt.signal.aborted) void this.#transcribed(text);
      },
      () => {
        if (attempt.signal.aborted) return governor.abandoned('stt', clock.now() - startedAt);
        governor.failed('stt');
        void this.#transcribed({ text: '' });
      },
    );
  }

  async #askModel(attempt: AbortController): Promise<void> {
    const prediction = await this.#parts.model?.predict();
    if (attempt !== this.#attempt) return;
    this.#prediction = prediction;
    this.#expectEnd();
  }

  async #transcribed(transcript: TurnText): Promise<void> {
    this.#lastHeard.note('transcribedAt');
    const isEcho = this.#parts.echo?.was(transcript.text, this.#length.ms) ?? false;
    const said = isEcho ? { ...transcript, text: '' } : transcript;
    this.#lateWords.over(said.text ? 'known' : 'nothing');
    if (this.#overlap.isOpen && !this.#overlap.settle(said.text, isEcho)) return this.#forget();
    const text = this.#repair.whole(said);
    this.#text = text;
    // An answer that is prepared before the chat has what was heard of the last one is prepared for nothing.
    const interrupted = this.#overlap.takeInterrupted();
    if (interrupted) await interrupted;
    if (this.#text !== text) return;
    if (this.#length.isCut) this.#end();
    else this.#expectEnd();
  }

  /** Settles when the turn ends unless the caller goes on: by its words, its sound once a model has predicted, and what the chat model says. */
  #expectEnd(): void {
    if (!this.#text) return;
    const { text, language } = this.#text;
    const soundsOver = text ? this.#prediction?.(language) : undefined;
    const wasCutOff = this.#repair.isOpen;
    const finished = this.#prepared.isFinished(text) ?? (this.#parts.modelJudges?.() ? 'awaited' : undefined);
    this.#ending.expect(expectedEnding(text, { ...this.#parts, wasCutOff, soundsOver, finished }));
  }

  #prepare(): void {
    const { policy, governor } = this.#parts;
    if (!this.#text?.text || policy.speculation !== 'answer' || !governor.allows('llm', 'tts')) return;
    this.#prepared.prepare(this.#text);
  }

  #end(): void {
    const { actions, clock, governor, flow } = this.#parts;
    // Timers run before audio that waits to be read: the caller may be speaking in it, or in packets that are missing.
    const { isCut } = this.#length;
    const putOffMs = this.#lastHeard.putOffMs((!isCut && flow?.atEnd()) || 'here', isCut);
    if (putOffMs !== undefined) return void this.#timers.start('end', putOffMs, () => this.#end());
    const text = this.#text?.text ? this.#text : undefined;
    const times = this.#lastHeard.ended(isCut);
    governor.turnEnded();
    this.#forget();
    this.#repair.turnEnded(text, clock.now());
    actions.turnEnded(text, times);
  }

  /** The caller goes on after a pause. */
  #abandonAttempt(): void {
    this.#attempt?.abort();
    this.#lateWords.over('speaking');
    this.#forgetAttempt();
  }

  #forget(): void {
    this.#forgetAttempt();
    this.#parts.transcriber.reset();
    this.#parts.model?.reset();
    this.#parts.judge?.reset();
    this.#prepared.forget();
    this.#overlap.end();
    this.#length.ended();
    this.#state = 'quiet';
  }

  #forgetAttempt(): void {
    this.#timers.cancelAll();
    this.#attempt = undefined;
    this.#text = undefined;
    this.#prediction = undefined;
    this.#ending.forget();
  }
}
