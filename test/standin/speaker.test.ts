import { expect, test } from 'vitest';
import { createLog } from '../../src/observe/log.ts';
import { findSpeaker } from '../../src/standin/speaker.ts';
import { fakeProgram } from './programs.ts';
import { startBuiltIn } from './start.ts';

function logTo(lines: string[]) {
  return createLog({ level: 'warn', pii: false, destination: { write: (line) => lines.push(line) } });
}

const notInstalled = async () => {
  throw new Error("Cannot find package '@bjorn3/browser_wasi_shim'");
};

test('without espeak-ng Flite speaks, as a stand-in that says so', async () => {
  const standIn = await startBuiltIn({ programs: { espeak: [], pocketsphinx: [] } });
  expect(standIn.engines.tts).toBe('flite');
  expect((await standIn.speech('Hello there.')).length).toBeGreaterThan(12_000);
});

test('with espeak-ng Flite is not even loaded', async () => {
  const { command } = await fakeProgram('espeak-ng', 'echo; echo " 5 en --/M English gmw/en"');
  const lines: string[] = [];
  const speaker = await findSpeaker({ espeak: [command], flite: notInstalled, log: logTo(lines) });
  expect([speaker.name, lines]).toEqual(['espeak-ng', []]);
});

test('where Flite is not installed it is tones, with one line that says why', async () => {
  const lines: string[] = [];
  const speaker = await findSpeaker({ espeak: [], flite: notInstalled, log: logTo(lines) });
  expect(speaker.name).toBe('tones');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/browser_wasi_shim.*Flite could not be loaded.*tones/);
});

test('where Flite is not wanted it is tones, and nothing is wrong', async () => {
  const lines: string[] = [];
  expect((await findSpeaker({ espeak: [], flite: false, log: logTo(lines) })).name).toBe('tones');
  expect(lines).toEqual([]);
});
