import { loadVad } from '../../src/stages/vad.ts';
import { type Case, recordedCases, spokenCases } from './cases.ts';
import { type Heard, hear } from './hearing.ts';
import { answeringCases, recordedInThree, severalPauses } from './more-cases.ts';
import { stopPiper } from './piper.ts';
import { fetchRecordings, type Prompt } from './recordings.ts';
import { soundOf } from './sounds.ts';
import { halfOfVoice, type Side, sideOf } from './split.ts';

interface Making {
  seed: number;
  side: Side;
  /** Where sounds are kept. */
  dir: string;
  say(line: string): void;
}

/** All utterances of a side, as the turn taker hears them: made once, which takes ten minutes, then read. */
export async function hearSide({ seed, side, dir, say }: Making): Promise<Heard[]> {
  const prompts = await fetchRecordings(dir);
  const old = prompts.filter(({ engine, speaker }) => sideOf(halfOfVoice(engine, speaker)) === 'tune');
  const recorded = [...recordedCases(old, seed), ...recordedInThree(old, seed)];
  const cases = [
    ...(await spokenCases(seed)),
    ...recorded,
    ...(await severalPauses(seed)),
    ...(await answeringCases(seed)),
    ...recordedAnew(prompts, recorded, seed),
  ];
  return hearThem(
    cases.filter((one) => sideOf(one.half) === side),
    { dir, say },
  );
}

/** What recorded people say in prompts of which nobody's was used before; some of the people were heard before. */
function recordedAnew(prompts: readonly Prompt[], recorded: readonly Case[], seed: number): Case[] {
  const used = new Set(recorded.flatMap(({ sentence }) => sentence.split(' / ')));
  const others = prompts.filter(({ language, id }) => !used.has(`${language} ${id}`));
  return [...recordedCases(others, seed, 'fresh'), ...recordedInThree(others, seed, 'fresh')];
}

/** These utterances, without those whose recording has no silence inside. */
export async function hearThem(
  cases: readonly Case[],
  { dir, say }: Pick<Making, 'dir' | 'say'>,
): Promise<Heard[]> {
  const vad = await loadVad({ vad: 'bundled' });
  const heard: Heard[] = [];
  for (const [index, one] of cases.entries()) {
    const spoken = await soundOf(one, dir);
    if (spoken) heard.push(await hear(spoken, vad, dir));
    if (index % 100 === 99) say(`${index + 1} of ${cases.length} sounds`);
  }
  await stopPiper();
  return heard;
}

const wordsByLanguage = new Map<string, string[]>();

/** Words of the same language that a transcriber may take a word for. */
export function otherWords(all: readonly Heard[], { language }: Pick<Case, 'language'>): string[] {
  const known = wordsByLanguage.get(language);
  if (known) return known;
  const words = all
    .filter(({ one }) => one.language === language)
    .flatMap((heard) => heard.words.map(({ text }) => text.toLowerCase().replace(/[^\p{L}'-]/gu, '')));
  const some = [...new Set(words)].filter(Boolean);
  wordsByLanguage.set(language, some);
  return some;
}
