import type { Clock } from '../../openai/clock.ts';
import { endingOf } from './ending.ts';
import type { SpeculationGovernor } from './governor.ts';
import { NamedTimers } from './named-timers.ts';
import type { AgentFloor, TurnActions, TurnModel, TurnPolicy, TurnTimes, Verdict } from './roles.ts';
import type { TurnText, TurnTranscriber } from './transcriber.ts';
import { isBackchannel, saysTheSame } from './words.ts';

export interface TurnTakerParts {
  policy: TurnPolicy;
  transcriber: TurnTranscriber;
  /** Heeded beside the words, for the languages it knows. */
  model?: TurnModel | undefined;
  governor: SpeculationGovernor;
  actions: TurnActions;
  agent: AgentFloor;
  clock: Clock;
  /** Wall clock for the record; durations come from `clock`. */
  wallNow: () => number;
}

/** Audio that has not come for so long will not come soon: the caller's connection, not a late event loop. */
const MISSING_AUDIO_MS = 400;
/** Between two windows of audio, with room for a late event loop. */
const AUDIO_DUE_MS = 100;
/** Silence after which the model is asked: the framework's own figure. */
const MODEL_PAUSE_MS = 200;
/** `silence` is told about so often, and a little more. */
const SILENCE_STEP_MS = 12;
/** Shorter sounds are clicks. */
const MIN_SPEECH_MS = 60;
/** Speech that surely goes on; what was prepared before a shorter noise may still be right. */
const GOES_ON_MS = 150;

type State = 'quiet' | 'speaking' | 'pausing';

/**
 * Decides when the caller's turn begins and ends. Work starts at the first short pause, and waits, ready, until the
 * silence and the words say that the turn is over; when the caller goes on it is dropped.
 *
 * Speech while the agent is busy holds the agent's voice at once; the words decide later whether it was a wish to
 * speak, or listening noise after which the voice goes on.
 */
export class TurnTaker {
  readonly #parts: TurnTakerParts;
  #state: State = 'quiet';
  /** The caller speaks over the agent, and it is not decided what that means. */
  #isOverlap = false;
  #lastSoundAt = 0;
  /** Speech or silence. */
  #lastAudioAt = 0;
  #times: TurnTimes = { lastSoundAt: 0 };
  #attempt: AbortController | undefined;
  /** Transcript of the turn up to this pause. */
  #text: TurnText | undefined;
  /** What the model says of it. */
  #verdict: Verdict | undefined;
  #prepared: TurnText | undefined;
  /** Its answer. */
  #isReady = false;
  /** The silence is long enough for a turn whose answer is ready. */
  #mayEnd = false;
  readonly #timers: NamedTimers;

  constructor(parts: TurnTakerParts) {
    this.#parts = parts;
    this.#timers = new NamedTimers(parts.clock);
  }

  /** Speech has been going on for `speechMs` without a pause; the last of it was heard just now. */
  speech(speechMs: number): void {
    const { clock, wallNow, policy, agent, actions, governor } = this.#parts;
    if (this.#state !== 'speaking' && speechMs < MIN_SPEECH_MS) return;
    if (this.#state === 'quiet') {
      const isBusy = agent.isBusy();
      if (isBusy && (!agent.mayBeInterrupted() || speechMs < policy.bargeInAfterMs)) return;
      this.#isOverlap = isBusy;
      if (isBusy) actions.hold();
      else actions.speechStarted();
    } else {
      if (this.#state === 'pausing' && !this.#isOverlap) governor.wasted();
      this.#abandonAttempt();
      if (speechMs >= GOES_ON_MS) this.#dropPrepared();
    }
    this.#state = 'speaking';
    this.#lastSoundAt = clock.now();
    this.#lastAudioAt = this.#lastSoundAt;
    this.#times = { lastSoundAt: wallNow() };
    this.#timers.start('pause', this.#pauseMs() + MISSING_AUDIO_MS, () => this.#pause());
  }

  /** Silence has been going on for `silenceMs` (0: it may be none); the last of it was heard just now. */
  silence(silenceMs: number): void {
    if (this.#state === 'quiet') return;
    const { clock, wallNow } = this.#parts;
    this.#lastAudioAt = clock.now();
    if (this.#state !== 'speaking' || silenceMs === 0) return;
    this.#lastSoundAt = clock.now() - silenceMs;
    this.#times.lastSoundAt = wallNow() - silenceMs;
    const restMs = this.#pauseMs() - silenceMs;
    if (restMs < SILENCE_STEP_MS) this.#timers.start('pause', restMs, () => this.#pause());
  }

  close(): void {
    this.#abandonAttempt();
    this.#parts.transcriber.close();
    this.#parts.model?.close();
  }

  /** The beginning of the answer that was prepared can be heard as soon as it may. */
  answerReady(): void {
    if (!this.#prepared) return;
    this.#isReady = true;
    if (this.#mayEnd) this.#end();
  }

  /** Whether audio belongs to a turn that is open. */
  get isOpen(): boolean {
    return this.#state !== 'quiet';
  }

  #pauseMs(): number {
    const { policy, governor } = this.#parts;
    return this.#isOverlap ? policy.speculateAfterMs : governor.pauseMs(policy);
  }

  #pause(): void {
    const { transcriber, governor, clock, wallNow } = this.#parts;
    this.#state = 'pausing';
    this.#times.pauseSeenAt = wallNow();
    const attempt = new AbortController();
    this.#attempt = attempt;
    const startedAt = clock.now();
    if (this.#parts.model)
      this.#scheduleAfterSound('model', MODEL_PAUSE_MS, () => void this.#askModel(attempt));
    transcriber.transcribe(attempt.signal).then(
      (text) => {
        governor.answered('stt', clock.now() - startedAt);
        if (!attempt.signal.aborted) void this.#transcribed(text);
      },
      () => {
        if (attempt.signal.aborted) return;
        governor.failed('stt');
        void this.#transcribed({ text: '' });
      },
    );
  }

  async #askModel(attempt: AbortController): Promise<void> {
    const verdict = await this.#parts.model?.judge();
    if (attempt !== this.#attempt) return;
    this.#verdict = verdict;
    this.#expectEnd();
  }

  async #transcribed(text: TurnText): Promise<void> {
    this.#times.transcribedAt = this.#parts.wallNow();
    this.#text = text;
    if (this.#isOverlap) await this.#settleOverlap(text.text);
    if (this.#text === text) this.#expectEnd();
  }

  /** Settles when the turn ends unless the caller goes on: by its words, and by its sound once that is judged. */
  #expectEnd(): void {
    if (!this.#text) return;
    const { text, language } = this.#text;
    const ending = endingOf(text, text ? this.#verdict?.(language) : undefined, this.#parts.policy);
    if (ending.prepareMs === 0) this.#prepare();
    else this.#scheduleAfterSound('prepare', ending.prepareMs, () => this.#prepare());
    this.#scheduleAfterSound('end', ending.endMs, () => this.#end());
    this.#mayEnd = false;
    this.#scheduleAfterSound('ready', ending.readyMs, () => {
      this.#mayEnd = true;
      if (!this.#prepared || this.#isReady) this.#end();
    });
  }

  /** An answer that is prepared before the chat has what was heard of the last one is prepared for nothing. */
  async #settleOverlap(text: string): Promise<void> {
    const { agent, actions } = this.#parts;
    const saidNothing = text === '' || (isBackchannel(text) && !agent.isEnding());
    if (saidNothing && agent.isBusy()) {
      actions.release();
      this.#forget();
      return;
    }
    this.#isOverlap = false;
    const interrupted = actions.interrupt();
    actions.speechStarted();
    await interrupted;
  }

  #prepare(): void {
    const { policy, governor, actions } = this.#parts;
    const text = this.#text;
    if (!text?.text || policy.speculation !== 'answer' || !governor.allows('llm', 'tts')) return;
    if (this.#prepared && saysTheSame(this.#prepared.text, text.text)) return;
    this.#prepared = text;
    this.#isReady = false;
    actions.prepare(text);
  }

  #end(): void {
    const { actions, clock, wallNow, governor } = this.#parts;
    const lateMs = clock.now() - this.#lastAudioAt;
    // Timers run before audio that waits to be read: the caller may be speaking in it.
    if (lateMs > AUDIO_DUE_MS && lateMs < MISSING_AUDIO_MS) {
      this.#timers.start('end', AUDIO_DUE_MS / 2, () => this.#end());
      return;
    }
    const text = this.#text?.text ? this.#text : undefined;
    const times = { ...this.#times, endedAt: wallNow() };
    governor.turnEnded();
    this.#forget();
    actions.turnEnded(text, times);
  }

  /** The caller goes on after a pause. */
  #abandonAttempt(): void {
    this.#attempt?.abort();
    this.#forgetAttempt();
  }

  #dropPrepared(): void {
    if (this.#prepared) this.#parts.actions.drop();
    this.#prepared = undefined;
  }

  #forget(): void {
    this.#forgetAttempt();
    this.#parts.transcriber.reset();
    this.#parts.model?.reset();
    this.#prepared = undefined;
    this.#isOverlap = false;
    this.#state = 'quiet';
  }

  #forgetAttempt(): void {
    this.#timers.cancelAll();
    this.#attempt = undefined;
    this.#text = undefined;
    this.#verdict = undefined;
    this.#mayEnd = false;
  }

  #scheduleAfterSound(name: string, ms: number, run: () => void): void {
    this.#timers.start(name, this.#lastSoundAt + ms - this.#parts.clock.now(), run);
  }
}
