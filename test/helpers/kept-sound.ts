import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sound } from '../../src/probe/wav.ts';
import { channelsOf, firstSoundMs } from './stereo-wav.ts';

/** What one side said in a call, in milliseconds since the beginning of its recording. */
export interface KeptLine {
  readonly who: 'caller' | 'agent';
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Transcript and recording of one call. */
export interface KeptSound {
  readonly lines: readonly KeptLine[];
  /** 16 kHz. */
  readonly caller: Sound;
  readonly agent: Sound;
}

/** Reads the folder of a call, `RECORDS_DIR/calls/<call>`. @throws where the call kept no transcript or no recording. */
export async function readKeptSound(folder: string): Promise<KeptSound> {
  const json = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'));
  const { lines } = await json('transcript.json');
  const { recording } = await json('summary.json');
  const { left, right } = channelsOf(await readFile(join(folder, 'recording.wav')));
  return {
    lines: lines.map(({ who, text, fromMs, toMs }: KeptLine) => ({
      ...{ who, text },
      ...{ fromMs: fromMs - recording.fromMs, toMs: toMs - recording.fromMs },
    })),
    caller: left,
    agent: right,
  };
}

/** The part of a channel in which a line was said, with half a second before and after it. */
export function partOf({ samples, sampleRate }: Sound, { fromMs, toMs }: KeptLine, aroundMs = 500): Sound {
  const at = (ms: number) => Math.max(0, Math.round((ms * sampleRate) / 1000));
  return { samples: samples.slice(at(fromMs - aroundMs), at(toMs + aroundMs)), sampleRate };
}

const SILENT_BEFORE_MS = 600;

/** How much later a line is heard in its channel than the transcript says; the channel is silent for 600 ms before the line. */
export const heardLaterMs = (channel: Sound, { fromMs }: KeptLine): number =>
  firstSoundMs(channel, fromMs - SILENT_BEFORE_MS) - fromMs;
