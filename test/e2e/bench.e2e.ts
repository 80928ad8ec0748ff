import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Report } from '../../src/bench/report.ts';
import { partsOf } from '../../src/bench/waterfall.ts';
import { processSources } from '../../src/config/load.ts';

const MAIN = fileURLToPath(new URL('../../src/bench/main.ts', import.meta.url));
const WITHIN_MS = 180_000;

test('the bench measures a call of two turns, and shows what it found', { timeout: WITHIN_MS }, async () => {
  const out = await mkdtemp(join(tmpdir(), 'voice-agent-bench-'));
  const { PATH, HOME } = processSources().env;
  const args = [
    '--import',
    import.meta.resolve('tsx'),
    MAIN,
    '--set',
    'latency',
    '--turns',
    '2',
    '--out',
    out,
  ];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      env: { PATH, HOME, NODE_ENV: 'production' },
      timeout: WITHIN_MS,
    });
    const { runs, transportMs }: Report = JSON.parse(await readFile(join(out, 'results.json'), 'utf8'));
    expect(runs.map(({ pipeline, sttMode }) => [pipeline, sttMode])).toEqual([['own', 'batch']]);
    const [call, ...others] = runs[0]?.calls ?? [];
    expect(others).toEqual([]);
    expect(call?.greetingMs).toBeGreaterThan(0);
    expect(call?.cpuS).toBeGreaterThan(0);
    expect(call?.rssMb).toBeGreaterThan(50);
    expect(transportMs).toBeGreaterThan(20);
    expect(call?.turns.map(({ lost }) => lost)).toEqual([false, false]);
    for (const turn of call?.turns ?? []) {
      expect(turn.transcripts.at(-1), 'the transcription has the words that were said').toBe(turn.text);
      expect(turn.requests?.llm.total).toBeGreaterThanOrEqual(1);
      expect(turn.requests?.tts.total).toBeGreaterThanOrEqual(1);
      if (!turn.stages) continue;
      expect(turn.question).toBe(turn.text);
      const parts = partsOf(turn.stages).reduce((sum, part) => sum + part, 0);
      expect(parts, 'the parts add up to the whole').toBeCloseTo(turn.voiceToVoiceMs ?? 0);
    }
    expect(call?.turns.some(({ stages }) => stages !== undefined)).toBe(true);
    expect(stderr).toContain('2 of 2');
    expect(stdout).toMatch(/voice-to-voice p50 ms +≤ 900/);
    expect(await readFile(join(out, 'picture.svg'), 'utf8')).toContain('</svg>');
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
