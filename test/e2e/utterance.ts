import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { decodeWav, type Sound } from '../../src/probe/wav.ts';

/** Of full scale: as loud as a close microphone. */
const PEAK = 0.6;

/**
 * A caller's words as sound.
 *
 * @param voice - espeak-ng's, with a variant that sets callers apart, such as `en-us+f3` or `ms`.
 */
export async function utterance(text: string, voice = 'en-us+m3'): Promise<Sound> {
  const run = promisify(execFile);
  const { stdout } = await run('espeak-ng', ['-v', voice, '-s', '165', '-z', '--stdout', text], {
    encoding: 'buffer',
    maxBuffer: 2 ** 26,
  });
  return normalised(decodeWav(stdout));
}

function normalised({ samples, sampleRate }: Sound): Sound {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  const gain = (PEAK * 32_767) / peak;
  return { samples: samples.map((sample) => Math.round(sample * gain)), sampleRate };
}
