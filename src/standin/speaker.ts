import { messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { espeakSpeech, findEspeak } from './espeak.ts';
import { type Flite, fliteSpeech, loadFlite } from './flite.ts';
import { toneSpeech, type Utterance } from './tones.ts';

/** What speaks behind the stand-in TTS. */
export interface Speaker {
  name: 'espeak-ng' | 'flite' | 'tones';
  /** Mono speech at `sampleRate`, as it is made. The same request always gets the same samples. */
  speak(
    utterance: Utterance,
    sampleRate: number,
    signal: AbortSignal,
  ): AsyncIterable<Int16Array> | Iterable<Int16Array>;
}

export interface SpeakerChoice {
  /** Commands to try in order. */
  espeak: readonly string[];
  /** `false`: not wanted. */
  flite?: false | (() => Promise<Flite>);
  log?: Log | undefined;
}

/**
 * espeak-ng where it is installed: it speaks Malay too, and tests compare sounds with its. Else Flite in this process,
 * which is English only; else, with a line in the log, tones.
 */
export async function findSpeaker({ espeak, flite = loadFlite, log }: SpeakerChoice): Promise<Speaker> {
  const installed = await findEspeak(espeak);
  if (installed) return { name: 'espeak-ng', speak: (...request) => espeakSpeech(installed, ...request) };
  const tones: Speaker = { name: 'tones', speak: toneSpeech };
  if (!flite) return tones;
  try {
    const loaded = await flite();
    return { name: 'flite', speak: (...request) => fliteSpeech(loaded, ...request) };
  } catch (error) {
    log?.warn({ reason: messageOf(error) }, 'Flite could not be loaded: the stand-in TTS speaks in tones');
    return tones;
  }
}
