import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../errors.ts';
import type { CallEvent } from '../observe/call-events.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { SoundTap } from '../observe/sound-tap.ts';
import type { Clock } from '../openai/clock.ts';
import { exists, partName, type RecordsFolder } from './folder.ts';
import { RECORDING_RATE, Stereo } from './stereo.ts';
import { WavFile } from './wav-file.ts';

/** With what is held back for cuts, less than a second is lost when the process is killed. */
const WRITE_EVERY_MS = 500;

export interface RecorderParts {
  callId: string;
  folder: RecordsFolder;
  clock: Clock;
  log: Log;
  report: Report;
  /** Milliseconds since the epoch. */
  wallNow?: () => number;
}

/**
 * Writes the sound of one call to a file as it goes, once the call's events say that it may be kept. Whatever fails ends the
 * recording, and is told once: the call notices nothing.
 */
export class Recorder implements SoundTap {
  readonly #parts: RecorderParts;
  #stereo: Stereo | undefined;
  #file: WavFile | undefined;
  /** What the disk is asked for, one at a time. */
  #busy: Promise<void> | undefined;
  #cancel = () => {};

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Told the call's events. */
  follow(event: CallEvent): void {
    if (event.type !== 'recording') return;
    if (event.state === 'allowed') this.#begin();
    else void this.close();
  }

  hears(samples: Int16Array): void {
    this.#stereo?.hears(samples);
  }

  plays(samples: Int16Array, inMs: number): void {
    this.#stereo?.plays(samples, inMs);
  }

  stops(): void {
    this.#stereo?.stops();
  }

  /** Writes what is left. Resolves when the file is whole; never rejects. */
  async close(): Promise<void> {
    const stereo = this.#stereo;
    this.#stereo = undefined;
    this.#cancel();
    await this.#busy;
    if (stereo) this.#run(() => this.#write(stereo, true));
    await this.#busy;
    await this.#closeFile();
  }

  #begin(): void {
    if (this.#stereo) return;
    const { clock, wallNow = Date.now } = this.#parts;
    const stereo = new Stereo(() => clock.now());
    const startedAtMs = wallNow();
    this.#stereo = stereo;
    this.#run(() => this.#open(startedAtMs));
    const writeOn = () => {
      this.#cancel = clock.after(WRITE_EVERY_MS, () => {
        writeOn();
        // A disk that is slow is waited for; the line of time holds so much meanwhile.
        if (!this.#busy) this.#run(() => this.#write(stereo, false));
      });
    };
    writeOn();
  }

  async #open(startedAtMs: number): Promise<void> {
    const { folder, callId } = this.#parts;
    if (await exists(folder.full)) throw new AppError('RECORDS_DIR is full: see RECORDS_MAX_MB');
    await mkdir(folder.open(callId), { recursive: true, mode: 0o700 });
    this.#file = await WavFile.create(join(folder.open(callId), partName(startedAtMs)), RECORDING_RATE, 2);
  }

  async #write(stereo: Stereo, isLast: boolean): Promise<void> {
    const samples = stereo.take(isLast);
    if (this.#file && samples.length > 0 && !(await this.#file.append(samples)))
      throw new AppError('the file is as long as a WAV may be');
  }

  #run(work: () => Promise<void>): void {
    this.#busy = work()
      .catch((error) => this.#failed(error))
      .then(() => {
        this.#busy = undefined;
      });
  }

  async #failed(error: unknown): Promise<void> {
    this.#cancel();
    this.#stereo = undefined;
    this.#parts.log.warn({ error: messageOf(error) }, 'the sound of this call is not kept any more');
    this.#parts.report({ fact: 'record-failed', what: 'recording' });
    await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }
}
