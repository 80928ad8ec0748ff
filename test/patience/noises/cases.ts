import { randomFrom } from '../../../src/bench/stats.ts';
import { pick, shuffled } from '../cases.ts';
import { filled, type Language, readTemplates } from '../sentences.ts';
import { halfOfVoice, type Side, sideOf } from '../split.ts';
import { VOICES } from '../voices.ts';
import { BESIDE, LAUGHTER, LISTENING, STOPPING } from './lines.ts';

export const KINDS = [
  'listening',
  'interruption',
  'laughter',
  'cough',
  'clicks',
  'tv',
  'second speaker',
] as const;
export type Kind = (typeof KINDS)[number];

/** A sound over the agent's voice. */
export interface NoiseCase {
  readonly id: string;
  readonly kind: Kind;
  readonly language: Language;
  readonly engine: string;
  readonly voice: string;
  readonly speed: number;
  /** What is said; empty for coughs and clicks. */
  readonly said: string;
  /** Whether a transcriber writes it down: laughter often is not. */
  readonly isWritten: boolean;
  /** Below the level of a caller. */
  readonly softerDb: number;
  /** The agent has spoken for so long. */
  readonly atMs: number;
  readonly seed: number;
}

/** How many of each kind and side. */
const COUNTS: Readonly<Record<Kind, number>> = {
  ...{ listening: 108, interruption: 108, laughter: 50, cough: 50, clicks: 50 },
  ...{ tv: 50, 'second speaker': 50 },
};

/** Always the same for the same seed. */
export async function noiseCases(side: Side, seed: number): Promise<NoiseCase[]> {
  const sentences = await beginnings(side, seed);
  return KINDS.flatMap((kind) => {
    const random = randomFrom(seed + KINDS.indexOf(kind) * 7919 + (side === 'tune' ? 0 : 1));
    return Array.from({ length: COUNTS[kind] }, (_, index) => {
      const languages = Object.keys(LISTENING[side]) as Language[];
      const language = isSpoken(kind) ? (languages[index % languages.length] ?? 'en') : 'en';
      const { engine, name: voice } = pick(voicesOf(side, language), random);
      return {
        ...{ id: `${side} ${kind} ${index}`, kind, language, engine, voice },
        speed: 0.9 + 0.3 * random(),
        said: saidOf(kind, side, language, sentences, random),
        isWritten: kind !== 'laughter' || random() < 0.67,
        softerDb: kind === 'tv' || kind === 'second speaker' ? 10 + 10 * random() : 4 * random(),
        atMs: 1500 + Math.floor(2500 * random()),
        seed: Math.floor(random() * 2 ** 31),
      };
    });
  });
}

const isSpoken = (kind: Kind) => kind === 'listening' || kind === 'interruption';

function saidOf(
  kind: Kind,
  side: Side,
  language: Language,
  sentences: ReadonlyMap<Language, readonly string[]>,
  random: () => number,
): string {
  if (kind === 'listening') return pick(LISTENING[side][language] ?? [], random);
  if (kind === 'laughter') return pick(LAUGHTER[side], random);
  if (kind === 'tv' || kind === 'second speaker') return pick(BESIDE[side], random);
  if (kind !== 'interruption') return '';
  return pick(random() < 0.4 ? (STOPPING[side][language] ?? []) : (sentences.get(language) ?? []), random);
}

const voicesOf = (side: Side, language: Language) =>
  VOICES.filter(
    ({ engine, name, languages }) =>
      engine !== 'piper' && languages.includes(language) && sideOf(halfOfVoice(engine, name)) === side,
  );

/** Sentences of callers who want to speak, of each language. */
async function beginnings(side: Side, seed: number): Promise<Map<Language, string[]>> {
  const wanted = new Set(['question', 'request', 'statement', 'opening', 'correction']);
  const random = randomFrom(seed);
  const own = (await readTemplates()).filter(
    ({ half, category }) => sideOf(half) === side && wanted.has(category),
  );
  const by = new Map<Language, string[]>();
  for (const { language, pieces } of shuffled(own, random)) {
    const text = filled(pieces, random)
      .join(' ')
      .replace(/\s*\(\w+\)/g, '');
    by.set(language, [...(by.get(language) ?? []), text]);
  }
  return by;
}
