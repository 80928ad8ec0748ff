import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { AppError } from '../../src/errors.ts';
import { decodeWav, type Sound } from '../../src/probe/wav.ts';
import { RATE } from './conditions.ts';

const run = promisify(execFile);

/** What a recorded person says in one go. */
export interface Prompt {
  /** `asterisk`: announcers; `fillets`: actors of a game's dialogue. */
  readonly engine: 'asterisk' | 'fillets';
  readonly speaker: string;
  readonly language: string;
  readonly id: string;
  readonly text: string;
  readonly file: string;
}

interface Announcer {
  speaker: string;
  language: string;
  sounds: string;
  folder: string;
  /** Whose document says what is said; of another announcer of the language where the own package has none. */
  texts: string;
}

const announcer = (speaker: string, language: string, sounds: string, folder: string): Announcer => ({
  ...{ speaker, language, sounds, folder },
  texts: `asterisk-core-sounds-${language}`,
});

/** Allison speaks English and Spanish. Licences: CC-BY-SA-3.0, CC-BY-3.0 and the GPL; nothing of them is kept here. */
const ANNOUNCERS: readonly Announcer[] = [
  announcer('allison', 'en', 'asterisk-core-sounds-en-wav', 'en_US_f_Allison'),
  announcer('allison', 'es', 'asterisk-core-sounds-es-wav', 'es_MX_f_Allison'),
  announcer('june', 'fr', 'asterisk-core-sounds-fr-wav', 'fr_CA_f_June'),
  announcer('carlo', 'it', 'asterisk-core-sounds-it-wav', 'it_IT_m_Carlo'),
  announcer('ivrvoice', 'ru', 'asterisk-core-sounds-ru-wav', 'ru_RU_f_IvrvoiceRU'),
  announcer('menardi', 'it', 'asterisk-prompt-it-menardi-wav', 'it_IT_f_Menardi'),
  announcer('colombia', 'es', 'asterisk-prompt-es-co', 'es'),
  announcer('armelle', 'fr', 'asterisk-prompt-fr-armelle', 'fr'),
];
const GAME = 'fillets-ng-data';
const ACTED = ['cs', 'nl'];
/** The two who speak most, a small fish and a big one; and others, who speak Czech only. */
const ACTORS = new Map(
  'small big statue lightgrey cyan yellow parrot linuxer1 linuxer2'
    .split(' ')
    .map((name) => [`font_${name}`, name]),
);

/**
 * All that recorded people say in Debian's packages, fetched once (290 MB).
 *
 * @throws AppError where apt is missing or does not find a package.
 */
export async function fetchRecordings(cacheDir: string): Promise<Prompt[]> {
  const dir = join(cacheDir, 'recorded');
  const packages = new Set(ANNOUNCERS.flatMap(({ sounds, texts }) => [sounds, texts]));
  for (const name of [...packages, GAME, ...ACTED.map((language) => `${GAME}-${language}`)])
    await fetchPackage(dir, name);
  const prompts: Prompt[] = [];
  for (const one of ANNOUNCERS) prompts.push(...(await announced(dir, one)));
  for (const language of ACTED) prompts.push(...(await acted(dir, language)));
  return prompts;
}

/** Mono at 16 kHz; GSM and Vorbis are read, too. @throws AppError where sox is missing. */
export async function soundOfPrompt({ file }: Prompt): Promise<Sound> {
  try {
    const { stdout } = await run('sox', [file, '-t', 'wav', '-r', String(RATE), '-b', '16', '-c', '1', '-'], {
      encoding: 'buffer',
      maxBuffer: 64 * 2 ** 20,
    });
    return decodeWav(stdout);
  } catch (cause) {
    throw new AppError(`sox could not read ${file}`, { cause, hint: 'apt-get install sox' });
  }
}

async function fetchPackage(dir: string, name: string): Promise<void> {
  const folder = join(dir, name);
  const done = join(folder, 'unpacked');
  if (await readFile(done).catch(() => undefined)) return;
  const part = `${folder}.${process.pid}`;
  try {
    await mkdir(part, { recursive: true });
    await run('apt-get', ['download', name], { cwd: part });
    const [deb = ''] = await readdir(part);
    await run('dpkg-deb', ['-x', join(part, deb), part]);
    await rm(join(part, deb));
    await writeFile(join(part, 'unpacked'), deb);
    await rename(part, folder);
  } catch (cause) {
    throw new AppError(`could not fetch Debian's package ${name}`, {
      cause,
      hint: 'apt-get update, on Debian',
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function announced(
  dir: string,
  { speaker, language, sounds, folder, texts }: Announcer,
): Promise<Prompt[]> {
  const listed = join(dir, texts, 'usr/share/doc', texts, `core-sounds-${language}.txt.gz`);
  const rows = gunzipSync(await readFile(listed))
    .toString()
    .split('\n');
  const at = join(dir, sounds, 'usr/share/asterisk/sounds', folder);
  const files = new Map((await readdir(at)).map((name) => [name.replace(/\.\w+$/, ''), join(at, name)]));
  return rows.flatMap((row) => {
    const [, id = '', text = ''] = /^([\w-]+): *(\S.*)$/.exec(row) ?? [];
    const file = files.get(id);
    return file ? [{ engine: 'asterisk' as const, speaker, language, id, text, file }] : [];
  });
}

async function acted(dir: string, language: string): Promise<Prompt[]> {
  const scripts = join(dir, GAME, 'usr/share/games/fillets-ng/script');
  const sounds = join(dir, `${GAME}-${language}`, 'usr/share/games/fillets-ng/sound');
  const prompts: Prompt[] = [];
  for (const level of (await readdir(scripts)).sort()) {
    const script = await readFile(join(scripts, level, `dialogs_${language}.lua`), 'utf8').catch(() => '');
    const files = new Set(await readdir(join(sounds, level, language)).catch(() => []));
    for (const [, id = '', font = '', text = ''] of script.matchAll(
      /dialogId\("([^"]+)", "(\w+)", [^\n]*\n\s*dialogStr\("([^"\n]*)"\)/g,
    )) {
      const actor = ACTORS.get(font);
      if (!actor || !text || !files.has(`${id}.ogg`)) continue;
      const file = join(sounds, level, language, `${id}.ogg`);
      prompts.push({ engine: 'fillets', speaker: `${language}-${actor}`, language, id, text, file });
    }
  }
  return prompts;
}
