import { type APIConnectOptions, normalizeLanguage, stt } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { systemClock } from '../../openai/clock.ts';
import type { TurnMark } from '../hooks.ts';
import { type CallerVad, Detector } from './detector.ts';
import type { SpeculationGovernor } from './governor.ts';
import { hearAll, Incoming } from './incoming.ts';
import { PacketFlow } from './packet-flow.ts';
import { PreparedAttempt } from './prepared-attempt.ts';
import type {
  Echo,
  FinishedJudge,
  Floor,
  TurnActions,
  TurnModel,
  TurnPolicy,
  TurnTimes,
  WordsState,
} from './roles.ts';
import { type Silence, SpeechMeter } from './speech-meter.ts';
import { TurnTaker } from './taker.ts';
import { TURN_SAMPLE_RATE, type TurnText, type TurnTranscriber } from './transcriber.ts';

/** Audio from before the detection, or soft first consonants never reach the transcription. */
const PREFIX_SAMPLES = 0.6 * TURN_SAMPLE_RATE;

export interface TurnSttParts {
  vad: CallerVad;
  policy: TurnPolicy;
  governor: SpeculationGovernor;
  /** One for each call. */
  transcriber: TurnTranscriber;
  /** The same; without it only words and silence end a turn. */
  turnModel?: TurnModel | undefined;
  judge?: FinishedJudge | undefined;
  floor: Floor;
  /** Whether the chat model's answers begin with its own judgement. */
  modelJudges?: (() => boolean) | undefined;
  /** When the caller's last packet came (`packet-flow.ts`). */
  lastPacketMs?: (() => Promise<number | undefined>) | undefined;
  /** Is given all that is heard. */
  echo?: (Echo & { hears(samples: Int16Array): void }) | undefined;
  /** For the record of each turn. */
  onTurn?: ((times: TurnTimes) => void) | undefined;
  onWordsAwaited?: ((state: WordsState, lastSoundAtMs: number) => void) | undefined;
  /** A turn was cut because it was too long, as were those before it: so many in a row. */
  onTurnCut?: ((inARow: number) => void) | undefined;
  /** The agent's voice was held for as long as it may be, for speech that brought no words. */
  onHoldExpired?: (() => void) | undefined;
  /** The detector failed: it was opened again, or `isLost` for good and the caller is not heard any more. */
  onDetectorFailed?: ((failure: { reason: string; isLost: boolean }) => void) | undefined;
  model: string;
  provider: string;
}

/**
 * The transcriber of one call, as the framework wants it: it says when a turn begins (`START_OF_SPEECH`), what
 * it probably was (`PREFLIGHT_TRANSCRIPT`: the framework starts the answer), and that it ended (`FINAL_TRANSCRIPT`,
 * `END_OF_SPEECH`). To be used with the session's turn detection `stt` and no VAD of the session's own.
 */
export class TurnStt extends stt.STT {
  readonly label = 'voice-agent.TurnStt';
  readonly #parts: TurnSttParts;
  readonly #incoming = new Incoming();
  #stream: TurnStream | undefined;

  constructor(parts: TurnSttParts) {
    super({ streaming: true, interimResults: true });
    this.#parts = parts;
  }

  /** The caller's sound, mono at 16 kHz, past the framework's streams; what comes before the session listens waits for it. */
  hear(frame: AudioFrame): void {
    this.#incoming.push(frame);
  }

  /** A step on the way to an answer, of this attempt. */
  answerMark(mark: TurnMark, attempt: number): void {
    this.#stream?.answerMark(mark, attempt);
  }

  /** The model says before this attempt's answer whether the caller has finished. */
  answerJudged(isFinished: boolean, attempt: number): void {
    this.#stream?.answerJudged(isFinished, attempt);
  }

  override get model(): string {
    return this.#parts.model;
  }

  override get provider(): string {
    return this.#parts.provider;
  }

  override stream({ connOptions }: { connOptions?: APIConnectOptions } = {}): stt.SpeechStream {
    this.#stream = new TurnStream(this, this.#parts, this.#incoming, connOptions);
    return this.#stream;
  }

  protected override _recognize(): Promise<stt.SpeechEvent> {
    throw new Error('TurnStt transcribes a stream, not one recording: use stream()');
  }
}

class TurnStream extends stt.SpeechStream {
  readonly label = 'voice-agent.TurnStream';
  readonly #parts: TurnSttParts;
  readonly #incoming: Incoming;
  readonly #meter = new SpeechMeter();
  readonly #prepared = new PreparedAttempt();
  readonly #flow: PacketFlow | undefined;
  #prefix: Int16Array[] = [];
  #taker: TurnTaker | undefined;
  #cutInARow = 0;

  constructor(owner: TurnStt, parts: TurnSttParts, incoming: Incoming, connOptions?: APIConnectOptions) {
    super(owner, TURN_SAMPLE_RATE, connOptions);
    const { lastPacketMs } = parts;
    this.#parts = parts;
    this.#incoming = incoming;
    this.#flow = lastPacketMs && new PacketFlow({ lastPacketMs, clock: systemClock });
  }

  answerMark(mark: TurnMark, attempt: number): void {
    if (this.#prepared.mark(mark, attempt)) this.#taker?.answerReady();
  }

  answerJudged(isFinished: boolean, attempt: number): void {
    if (this.#prepared.is(attempt)) this.#taker?.judged(isFinished);
  }

  protected override async run(): Promise<void> {
    const { floor, transcriber, turnModel, judge, policy, governor, echo, onHoldExpired } = this.#parts;
    const actions: TurnActions = {
      ...floor,
      speechStarted: () => this.#tell({ type: stt.SpeechEventType.START_OF_SPEECH }),
      prepare: (text) => {
        this.#prepared.replace();
        this.#tell({ type: stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, alternatives: [said(text)] });
      },
      turnEnded: (text, times) => this.#ended(text, times),
    };
    const taker = new TurnTaker({
      policy,
      transcriber,
      model: turnModel,
      judge,
      modelJudges: this.#parts.modelJudges,
      governor,
      actions,
      agent: floor,
      echo,
      onHoldExpired,
      flow: this.#flow,
      onWordsAwaited: this.#parts.onWordsAwaited,
      clock: systemClock,
      wallNow: Date.now,
    });
    this.#taker = taker;
    const detector = this.#openDetector(taker);
    const stop = () => detector.close();
    this.abortSignal.addEventListener('abort', stop, { once: true });
    const hear = (frame: AudioFrame) => {
      echo?.hears(frame.data);
      detector.push(frame);
      this.#keep(frame.data, taker);
      const silence = this.#meter.addAudio(frame.data);
      if (silence) this.#silent(silence, taker);
    };
    const heard = this.#incoming.listen(hear);
    try {
      await Promise.race([hearAll(this.input, hear), heard.failed]);
    } finally {
      heard.stop();
      this.abortSignal.removeEventListener('abort', stop);
      stop();
      taker.close();
    }
  }

  #openDetector(taker: TurnTaker): Detector {
    const { vad, onDetectorFailed } = this.#parts;
    return new Detector(vad, {
      onWindow: (probability) => this.#followWindow(probability, taker),
      onRestart: (reason) => {
        this.#meter.restart();
        onDetectorFailed?.({ reason, isLost: false });
      },
      onLost: (reason) => onDetectorFailed?.({ reason, isLost: true }),
    });
  }

  #followWindow(probability: number, taker: TurnTaker): void {
    const heard = this.#meter.addProbability(probability);
    if ('silenceMs' in heard) {
      this.#silent(heard, taker);
      return;
    }
    const wasOpen = taker.isOpen;
    this.#flow?.speech();
    taker.speech(heard.speechMs);
    if (!wasOpen && taker.isOpen) this.#flushPrefix();
  }

  #silent({ silenceMs, stirs }: Silence, taker: TurnTaker): void {
    if (!taker.isOpen) void this.#flow?.quiet(silenceMs);
    taker.silence(silenceMs, stirs);
  }

  #keep(samples: Int16Array, taker: TurnTaker): void {
    if (taker.isOpen) {
      this.#addToTurn(samples);
      return;
    }
    this.#prefix.push(samples);
    let kept = this.#prefix.reduce((sum, { length }) => sum + length, 0);
    while (kept > PREFIX_SAMPLES) kept -= this.#prefix.shift()?.length ?? kept;
  }

  #addToTurn(samples: Int16Array): void {
    this.#parts.transcriber.push(samples);
    this.#parts.turnModel?.push(samples);
    this.#parts.judge?.push(samples);
  }

  #flushPrefix(): void {
    for (const samples of this.#prefix) this.#addToTurn(samples);
    this.#prefix = [];
  }

  #ended(text: TurnText | undefined, times: TurnTimes): void {
    this.#cutInARow = times.wasCut ? this.#cutInARow + 1 : 0;
    if (times.wasCut) this.#parts.onTurnCut?.(this.#cutInARow);
    if (text) this.#parts.onTurn?.(times);
    if (text) this.#tell({ type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives: [said(text)] });
    this.#tell({ type: stt.SpeechEventType.END_OF_SPEECH, speechEndTime: times.lastSoundAt });
  }

  #tell(event: stt.SpeechEvent): void {
    if (!this.queue.closed) this.queue.put(event);
  }
}

function said({ text, language }: TurnText): stt.SpeechData {
  return { text, language: normalizeLanguage(language ?? ''), startTime: 0, endTime: 0, confidence: 1 };
}
