import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { joined } from '../../src/openai/samples.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { espeakSpeech, espeakVoice, findEspeak, readVoices } from '../../src/standin/espeak.ts';
import { fakeProgram } from './programs.ts';
import { beep } from './sounds.ts';

const VOICES = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 5  en              --/M      English            gmw/en
 5  ms              --/M      Malay              poz/ms
 5  af              --/M      Afrikaans          gmw/af
 1  ms              --/F      malay-mbrola-1     mb/mb-ma1
`;
const known = readVoices(VOICES);
const never = new AbortController().signal;
const utterance = { input: '-hello', voice: 'ms', speed: 2 };

test('languages and one-word names are known, MBROLA voices are not', () => {
  expect([...known].sort()).toEqual(['af', 'afrikaans', 'en', 'en-gb', 'en-us', 'english', 'malay', 'ms']);
});

test.each([
  ['en', 'en'],
  ['ms', 'ms'],
  ['Malay', 'malay'],
  ['en-US', 'en-us'],
  ['en_US-lessac-medium', 'en-us'],
  ['ms-MY-YasminNeural', 'ms'],
  ['en+f3', 'en+f3'],
  ['en+../x', 'en'],
])('voice «%s» is espeak-ng «%s»', (name, voice) => {
  expect(espeakVoice(name, known).voice).toBe(voice);
});

test('other names are English, each with a pitch of its own', () => {
  const named = ['alloy', 'nova', 'af_heart', '--help'].map((name) => espeakVoice(name, known));
  expect(named.map(({ voice }) => voice)).toEqual(['en', 'en', 'en', 'en']);
  expect(new Set(named.map(({ pitch }) => pitch)).size).toBe(4);
});

test('it is absent where no command can be started', async () => {
  expect(await findEspeak(['no-such-program-here'])).toBeUndefined();
  expect(await findEspeak([])).toBeUndefined();
});

test('its WAV is read at its rate and given at the one wanted; text goes in by standard input', async () => {
  const espeak = await fakeEspeak('cat > "$HERE/text"; echo "$@" > "$HERE/args"; cat "$HERE/out.wav"');
  const pieces: Int16Array[] = [];
  for await (const piece of espeakSpeech(espeak, utterance, 16_000, never)) pieces.push(piece);
  expect(joined(pieces).length).toBe(8000);
  expect(await readFile(join(espeak.folder, 'text'), 'utf8')).toBe('-hello');
  expect(await readFile(join(espeak.folder, 'args'), 'utf8')).toBe(
    '--stdout --stdin -z -v ms -p 50 -s 350\n',
  );
});

test('a program that fails is an error, not silence', async () => {
  const espeak = await fakeEspeak('exit 3');
  await expect(espeakSpeech(espeak, utterance, 16_000, never).next()).rejects.toThrow('ended with 3');
});

test.each(['aborts', 'stops reading'])('the program is ended when the caller %s', async (how) => {
  const espeak = await fakeEspeak('echo $$ > "$HERE/pid"; cat "$HERE/out.wav"; exec sleep 60');
  const leaving = new AbortController();
  const speech = espeakSpeech(espeak, utterance, 16_000, leaving.signal);
  await speech.next();
  const pid = Number(await readFile(join(espeak.folder, 'pid'), 'utf8'));
  if (how === 'aborts') {
    leaving.abort();
    await expect(speech.next().then(() => speech.next())).rejects.toThrow();
  } else await speech.return(undefined);
  await expect.poll(() => isRunning(pid)).toBe(false);
});

async function fakeEspeak(script: string) {
  const { command, folder } = await fakeProgram(
    'espeak-ng',
    `[ "$1" = --voices ] && exec cat "$HERE/voices"\n${script}`,
  );
  await writeFile(join(folder, 'voices'), VOICES);
  await writeFile(join(folder, 'out.wav'), encodeWav(beep({ toneMs: 500, sampleRate: 22_050 }), 22_050, 1));
  const espeak = await findEspeak([command]);
  if (!espeak) throw new Error('the fake espeak-ng was not found');
  return { ...espeak, folder };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
