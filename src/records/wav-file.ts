import { type FileHandle, open } from 'node:fs/promises';
import { WAV_HEADER_BYTES, wavHeader } from '../openai/wav.ts';

/** The sizes have 32 bits. */
const MOST_BYTES = 0xffff_ffff - WAV_HEADER_BYTES - 1;

/**
 * A WAV file (16-bit PCM) that can be read at any moment while it is written, also after SIGKILL: its header is written again
 * after each piece of sound.
 */
export class WavFile {
  readonly #file: FileHandle;
  readonly #sampleRate: number;
  readonly #channels: number;
  #bytes = 0;

  private constructor(file: FileHandle, sampleRate: number, channels: number) {
    this.#file = file;
    this.#sampleRate = sampleRate;
    this.#channels = channels;
  }

  /** @throws what the file system says; also where the file is there. */
  static async create(path: string, sampleRate: number, channels: number): Promise<WavFile> {
    const file = await open(path, 'wx', 0o600);
    const wav = new WavFile(file, sampleRate, channels);
    await wav.#writeHeader();
    return wav;
  }

  /** Channels interleaved. One at a time. @throws what the file system says. @returns `false` when the file is as long as it may be. */
  async append(samples: Int16Array): Promise<boolean> {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    if (this.#bytes + bytes.length > MOST_BYTES) return false;
    for (let done = 0; done < bytes.length; ) {
      const at = WAV_HEADER_BYTES + this.#bytes + done;
      done += (await this.#file.write(bytes, done, bytes.length - done, at)).bytesWritten;
    }
    this.#bytes += bytes.length;
    await this.#writeHeader();
    return true;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #writeHeader(): Promise<void> {
    await this.#file.write(wavHeader(this.#bytes, this.#sampleRate, this.#channels), 0, WAV_HEADER_BYTES, 0);
  }
}
