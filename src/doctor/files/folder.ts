import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { AppError, messageOf } from '../../errors.ts';

/** More than any installation has; a wrong folder, such as a home, ends here and not in an hour. */
const MOST_FILES = 2000;
const MOST_DEPTH = 12;
const MOST_BYTES = 2_000_000;
const MOST_DOCUMENTS = 2000;
const SKIPPED = new Set(['node_modules', '.git']);
const YAML = ['.yaml', '.yml'];
/** Documents for people: what they say of the server, and the YAML in them. */
const PROSE = ['.md', '.txt'];

export interface TextFile {
  /** Relative to the folder. */
  name: string;
  /** Empty where it cannot be judged. */
  text: string;
  isProse: boolean;
  /** Why it cannot be judged, and what to do. */
  problem?: { text: string; fix: string };
}

/**
 * The YAML files and documents of a folder and the folders in it, or the one file that `path` names.
 *
 * @throws AppError when it cannot be read, holds neither or too many of them.
 */
export async function readTextFiles(path: string): Promise<TextFile[]> {
  const names = await namesIn(path, 0);
  if (names.length === 0) {
    throw new AppError(`${path}: no YAML file`, {
      hint: 'name the folder of livekit.yaml or of your manifests',
    });
  }
  return Promise.all(names.map((name) => readText(name, relative(path, name) || basename(name))));
}

async function readText(path: string, name: string): Promise<TextFile> {
  const isProse = PROSE.includes(extname(path));
  const unfit = (text: string, fix: string) => ({ name, text: '', isProse, problem: { text, fix } });
  const { size } = await lstat(path);
  if (size > MOST_BYTES)
    return unfit(`${size} bytes`, `files of up to ${MOST_BYTES} bytes are read; split it, or move it away`);
  const bytes = await readFile(path);
  const text = decoded(bytes);
  if (text === undefined) {
    const from = bytes[0] === 0xff || bytes[0] === 0xfe || bytes.includes(0) ? 'UTF-16' : 'WINDOWS-1252';
    return unfit('the text is not UTF-8', `save it as UTF-8: iconv -f ${from} -t UTF-8 ${name} > new.yaml`);
  }
  const documents = isProse ? 0 : (text.match(/^---/gm) ?? []).length;
  if (documents > MOST_DOCUMENTS)
    return unfit(
      `${documents} YAML documents`,
      `up to ${MOST_DOCUMENTS} are read; name the folder of LiveKit’s and STUNner’s manifests alone`,
    );
  return { name, text, isProse };
}

/** `undefined` where it is not UTF-8; a mark at its beginning is no part of it. */
function decoded(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function namesIn(path: string, depth: number): Promise<string[]> {
  const status = await lstat(path).catch((cause: unknown) => {
    throw new AppError(`${path}: ${messageOf(cause)}`, {
      hint: 'name a folder or a file that can be read',
      cause,
    });
  });
  if (!status.isDirectory()) return [path];
  if (depth > MOST_DEPTH) return [];
  const entries = await readdir(path, { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const inside = join(path, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) names.push(...(await namesIn(inside, depth + 1)));
    else if (entry.isFile() && [...YAML, ...PROSE].includes(extname(entry.name))) names.push(inside);
    if (names.length > MOST_FILES) {
      throw new AppError(`${path}: more than ${MOST_FILES} YAML files`, {
        hint: 'name the folder of livekit.yaml or of your manifests alone',
      });
    }
  }
  return names;
}
