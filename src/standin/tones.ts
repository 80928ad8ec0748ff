/** What a built-in voice is asked to say. */
export interface Utterance {
  input: string;
  voice: string;
  /** 1 is normal. */
  speed: number;
}

interface Sound {
  /** Two resonances in Hz, as a mouth has: what tells one letter from another. */
  formants: readonly [number, number];
  durationMs: number;
  voiced: boolean;
}

const VOWELS: Readonly<Record<string, readonly [number, number]>> = {
  a: [750, 1200],
  e: [500, 1850],
  i: [300, 2300],
  o: [480, 900],
  u: [330, 750],
  y: [290, 2000],
};
const PAUSES_MS: Readonly<Record<string, number>> = {
  ' ': 60,
  ',': 180,
  ';': 180,
  ':': 180,
  '.': 300,
  '!': 300,
  '?': 300,
};

/**
 * A voice that needs no program: one short sound per letter, vowels from a buzz, consonants from noise, each word at a
 * pitch of its own. Not to be understood, but the same text always gives the same samples, other words give others.
 * Yields mono pieces of one letter each at `sampleRate`.
 */
export function* toneSpeech({ input, voice, speed }: Utterance, sampleRate: number): Generator<Int16Array> {
  const baseHz = 90 + (hash(voice) % 90);
  for (const word of input.toLowerCase().split(/(?<=\s)/)) {
    const pitchHz = baseHz * (0.85 + (hash(word.trim()) % 30) / 100);
    for (const letter of word) {
      const sound = soundOf(letter);
      const length = Math.round((sound.durationMs / speed / 1000) * sampleRate);
      yield sound.formants[0] === 0 ? new Int16Array(length) : synthesize(sound, pitchHz, length, sampleRate);
    }
  }
}

function soundOf(letter: string): Sound {
  const vowel = VOWELS[letter];
  if (vowel) return { formants: vowel, durationMs: 110, voiced: true };
  if (!/[\p{L}\p{N}]/u.test(letter))
    return { formants: [0, 0], durationMs: PAUSES_MS[letter] ?? 0, voiced: false };
  const code = hash(letter);
  const formants = [250 + (code % 17) * 60, 1300 + (code % 23) * 100] as const;
  return { formants, durationMs: 65, voiced: 'bdgjlmnrvwz'.includes(letter) };
}

function synthesize(
  { formants, voiced }: Sound,
  pitchHz: number,
  length: number,
  sampleRate: number,
): Int16Array {
  const [low, high] = formants.map((hz) => resonator(Math.min(hz, sampleRate * 0.45), sampleRate));
  const noise = noiseFrom(length + Math.round(formants[1]));
  const period = Math.round(sampleRate / pitchHz);
  const raw = Float64Array.from({ length }, (_, at) => {
    const source = voiced ? Number(at % period === 0) * 4 : noise() * 0.2;
    return (low?.(source) ?? 0) + 0.6 * (high?.(source) ?? 0);
  });
  const peak = raw.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const level = voiced ? 9000 : 4000;
  const edge = Math.max(1, Math.round(sampleRate * 0.008));
  return Int16Array.from(raw, (value, at) => {
    const fade = Math.min(1, at / edge, (length - 1 - at) / edge);
    return Math.round((value / peak) * level * fade);
  });
}

/** A two-pole filter that rings at `hz`, 90 Hz wide. */
function resonator(hz: number, sampleRate: number): (sample: number) => number {
  const radius = Math.exp((-Math.PI * 90) / sampleRate);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRate);
  let one = 0;
  let two = 0;
  return (sample) => {
    const next = (1 - radius) * sample + turn * one - radius * radius * two;
    two = one;
    one = next;
    return next;
  };
}

function noiseFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** FNV-1a. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}
