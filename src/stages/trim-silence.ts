const WINDOW_MS = 10;
/** Peak, of 32 768: -48 dB. Below it a voice makes no sound that matters; synthesizers' own noise lies lower. */
const LOUD = 128;
/** Kept before the first loud window: soft consonants begin below the threshold. */
const LEAD_WINDOWS = 2;

/**
 * Takes off the silence that synthesizers put around each text, as the samples pass: nothing before the first sound,
 * at most `tailMs` after the last. Pauses inside stay as they are.
 *
 * @param samples - mono, 16 bit, cut anywhere.
 */
export async function* trimSilence(
  samples: AsyncIterable<Int16Array>,
  { sampleRate, tailMs }: { sampleRate: number; tailMs: number },
): AsyncGenerator<Int16Array> {
  const tailWindows = Math.ceil(tailMs / WINDOW_MS);
  let isHeard = false;
  let silentWindows = 0;
  let held: Int16Array[] = [];
  for await (const window of windowsOf(samples, (sampleRate * WINDOW_MS) / 1000)) {
    if (isLoud(window)) {
      yield* isHeard ? held : held.slice(-LEAD_WINDOWS);
      yield window;
      held = [];
      isHeard = true;
      silentWindows = 0;
    } else {
      silentWindows += 1;
      // A pause that may be the end goes out at once up to its limit, so that the listener's buffer does not run dry.
      if (isHeard && silentWindows <= tailWindows) yield window;
      else held.push(window);
    }
  }
}

async function* windowsOf(pieces: AsyncIterable<Int16Array>, length: number): AsyncGenerator<Int16Array> {
  let rest = new Int16Array();
  for await (const piece of pieces) {
    const all = new Int16Array(rest.length + piece.length);
    all.set(rest);
    all.set(piece, rest.length);
    const whole = all.length - (all.length % length);
    for (let at = 0; at < whole; at += length) yield all.subarray(at, at + length);
    rest = all.slice(whole);
  }
  if (rest.length > 0) yield rest;
}

function isLoud(samples: Int16Array): boolean {
  return samples.some((sample) => sample > LOUD || sample < -LOUD);
}
