/** A letter of the simulated voice takes this long: about 15 letters a second, as people talk. */
const LETTER_MS = 65;
const RAMP_MS = 5;
const LEVEL = 9000;
/** Between two letters: quieter, never silent, so that every silence that is heard is the pipeline's. */
const DIP = 0.35;

/**
 * The simulated voice: a hum as long as the text would take to say, each word at a pitch of its own, sound from the
 * first sample to the last. Mono at `sampleRate`, one piece a word; the same text always gives the same samples.
 */
export function* hum({ input }: { input: string }, sampleRate: number): Generator<Int16Array> {
  const letterLength = Math.round((LETTER_MS * sampleRate) / 1000);
  const ramp = Math.round((RAMP_MS * sampleRate) / 1000);
  for (const word of input.match(/\S+/g) ?? []) {
    const [low, high] = pitches(word);
    const samples = new Int16Array(letterLength * (word.length + 1));
    for (let i = 0; i < samples.length; i += 1) {
      const edge = Math.min(i, samples.length - 1 - i) / ramp;
      const within = i % letterLength;
      const dip = DIP + (1 - DIP) * Math.sin((Math.PI * within) / letterLength);
      const turn = (2 * Math.PI * i) / sampleRate;
      const tone = Math.sin(low * turn) + 0.5 * Math.sin(high * turn) + 0.3 * Math.sin(2 * low * turn);
      samples[i] = Math.round(LEVEL * Math.max(DIP, Math.min(1, edge)) * dip * tone);
    }
    yield samples;
  }
}

/** Two tones, in Hz, that tell one word from another. */
function pitches(word: string): [number, number] {
  let code = 7;
  for (const letter of word.toLowerCase()) code = (Math.imul(code, 31) + letter.charCodeAt(0)) >>> 0;
  return [160 + (code % 23) * 24, 1000 + ((code >>> 8) % 29) * 90];
}
