import { BLOCK_MS } from './match.ts';

/** Below this, −60 dB of full scale, nothing is heard. */
const SILENCE = 1e-6;
/** Sound stands out of the noise by 6 dB. */
const STANDS_OUT = 4;
/** Another sound that is so much louder than the echo is nothing that a room does to it. */
const LOUD = 3;
/** Likeness of a block that is echo. */
const ALIKE = 0.35;
/** What is left of a sound in a room after a block, and after two. */
const REVERBERATION = [0.5, 0.25];
/** An echo that is so much softer than it should be is none: −10 dB. */
const FAINT = 0.1;
/** So many blocks without an echo that should be there. */
const MISSING_BLOCKS = 3;

/** A block of what was heard, against what was played before it. */
export interface Block {
  /** How alike the two are, whatever their level: 0 to 1. */
  likeness: number;
  /** Mean power of what was heard. */
  heard: number;
  /** Mean power of what was played. */
  played: number;
}

/** How well an echo explains what was heard. */
export interface Explained {
  /** Of what is not louder than the echo, by level: 0 to 1. */
  likeness: number;
  /** Of the echo's power, to what was played. */
  gain: number;
  /** Sound that is louder than the echo; much louder sound counts twice. */
  unexplainedMs: number;
  /** The agent spoke before, and nothing of it was heard. */
  wasMissing: boolean;
}

/**
 * @param first - block with which the sound begins that is to be explained; those before tell whether there was an echo.
 * @param known - this caller's echo.
 */
export function explain(
  blocks: readonly Block[],
  first: number,
  known: Pick<Explained, 'likeness' | 'gain'> | undefined,
): Explained {
  const floor = audibleFrom(blocks.map(({ heard }) => heard));
  const sounds = [...blocks.keys()].slice(first).filter((at) => blockAt(blocks, at).heard > floor);
  const alike = sounds.map((at) => blockAt(blocks, at)).filter(({ likeness }) => likeness >= ALIKE);
  const echo = known ?? { gain: gainOf(alike), likeness: likenessOf(alike) };
  /** How much louder than the echo another sound is. */
  const drowns = (at: number) =>
    besides(blockAt(blocks, at), echo.likeness) / (echo.gain * reverberating(blocks, at) + floor);
  const explained = sounds.filter((at) => drowns(at) <= 1).map((at) => blockAt(blocks, at));
  const loud = sounds.filter((at) => drowns(at) > LOUD);
  const missing = blocks.slice(0, first).filter(({ heard, played }) => {
    const expected = echo.gain * played;
    return expected > floor / FAINT && heard < FAINT * expected;
  });
  return {
    likeness: likenessOf(explained),
    gain: gainOf(explained),
    unexplainedMs: (sounds.length - explained.length + loud.length) * BLOCK_MS,
    wasMissing: missing.length >= MISSING_BLOCKS,
  };
}

/** The power of what is heard besides an echo: likeness falls with the share that another sound has. */
function besides({ heard, likeness }: Block, echoLikeness: number): number {
  return heard * Math.max(0, 1 - (likeness / Math.max(echoLikeness, ALIKE)) ** 2);
}

/** Weighted by level. */
function likenessOf(blocks: readonly Block[]): number {
  const weight = blocks.reduce((sum, { heard }) => sum + Math.sqrt(heard), 0);
  return weight && blocks.reduce((sum, { heard, likeness }) => sum + Math.sqrt(heard) * likeness, 0) / weight;
}

/** The power from which on sound stands out of the noise, which is the softest tenth of these powers. */
export function audibleFrom(powers: readonly number[]): number {
  const sorted = powers.toSorted((a, b) => a - b);
  return Math.max(SILENCE, STANDS_OUT * (sorted[Math.floor(sorted.length / 10)] ?? 0));
}

/** By how much the echo is softer than what was played; 0 where nothing is alike. */
function gainOf(blocks: readonly Block[]): number {
  const gains = blocks
    .filter(({ played }) => played > 0)
    .map(({ heard, played }) => heard / played)
    .sort((a, b) => a - b);
  return gains[Math.floor(gains.length / 2)] ?? 0;
}

function reverberating(blocks: readonly Block[], at: number): number {
  const before = REVERBERATION.map((left, back) => left * (blocks[at - 1 - back]?.played ?? 0));
  return Math.max(blockAt(blocks, at).played, ...before);
}

function blockAt(blocks: readonly Block[], at: number): Block {
  return blocks[at] ?? { likeness: 0, heard: 0, played: 0 };
}
