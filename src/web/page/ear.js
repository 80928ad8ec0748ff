/** Quieter than this is drawn as silence. */
const FLOOR_DB = -60;

/** Measures how loud sounds are, without changing them. */
export class Ear {
  #analyser;
  #source;
  #samples;

  /**
   * @param {AudioContext} context
   * @param {MediaStreamTrack} track
   */
  constructor(context, track) {
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** Loudness of the last ~20 ms: 0 is silence, 1 full scale; linear in decibels. */
  read() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    const db = 10 * Math.log10(sum / this.#samples.length + 1e-12);
    return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
  }

  close() {
    this.#source.disconnect();
  }
}
