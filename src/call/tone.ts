import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';

/** Two notes, a fifth upwards. */
const NOTES_HZ = [392, 587];
const NOTE_MS = 200;
/** Softer than speech: its peak is 22 dB below full scale. */
const PEAK = 0.08 * 32_767;

/** What stands for words where there is no sound of them: two soft notes, 0.4 s, mono, 16-bit, 24 kHz. */
export const TONE: Int16Array = makeTone();

function makeTone(): Int16Array {
  const perNote = (OUTPUT_SAMPLE_RATE * NOTE_MS) / 1000;
  return Int16Array.from({ length: perNote * NOTES_HZ.length }, (_, at) => {
    const inNote = at % perNote;
    const hertz = NOTES_HZ[Math.floor(at / perNote)] ?? 0;
    // Each note swells and fades: a sudden edge clicks.
    const swell = Math.sin((Math.PI * inNote) / perNote) ** 2;
    return Math.round(PEAK * swell * Math.sin((2 * Math.PI * hertz * inNote) / OUTPUT_SAMPLE_RATE));
  });
}
