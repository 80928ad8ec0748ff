import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../observe/log.ts';
import { oneAtATime, type Recognizer } from '../recognizer.ts';
import { loadWhisper, type Whisper } from './whisper.ts';

const LOOK_EVERY_MS = 1000;

/** Where a Whisper model is, or will be once it was fetched. */
export interface WhisperChoice {
  /** Named as the model, such as `…/whisper-tiny.en`; appears whole, by a rename. */
  folder: string;
  /** Hears once that it transcribes by the model, if not from the beginning. */
  onArrival?(name: string): void;
  load?: (folder: string) => Promise<Whisper>;
  /** Calls `look` again and again, until what it returns is called; default every second. */
  watch?(look: () => void): () => void;
}

/** Transcribes by Whisper as soon as its folder is there, until then by the other recognizer. */
export async function whisperOr(
  otherwise: Recognizer | undefined,
  { folder, onArrival, load = loadWhisper, watch = everySecond }: WhisperChoice,
  log?: Log,
): Promise<Recognizer> {
  let whisper: Whisper | undefined;
  const name = basename(folder);
  const tryToLoad = async () => {
    try {
      whisper = await load(folder);
    } catch (error) {
      log?.warn({ reason: messageOf(error), folder }, `${name} could not be loaded`);
    }
  };
  const isThere = () => existsSync(join(folder, 'model.bin'));
  if (isThere()) await tryToLoad();
  else {
    const stop = watch(() => {
      if (!isThere()) return;
      stop();
      void tryToLoad().then(() => whisper && onArrival?.(name));
    });
  }
  const byWhisper = oneAtATime(async (speech, signal) =>
    whisper?.transcribe(speech, speech.language, signal),
  );
  return {
    get name() {
      return whisper ? name : (otherwise?.name ?? 'duration');
    },
    recognize: (speech, signal) =>
      (whisper ? byWhisper : otherwise?.recognize)?.(speech, signal) ?? Promise.resolve(undefined),
  };
}

function everySecond(look: () => void): () => void {
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}
