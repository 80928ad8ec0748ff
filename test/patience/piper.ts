import { processSources } from '../../src/config/load.ts';
import type { Service } from '../../src/dev/child.ts';
import { createFetcher, modelsDir } from '../../src/dev/fetch/fetcher.ts';
import { startService } from '../../src/dev/ready.ts';
import { PYTHON_MODELS, serverFile } from '../../src/dev/real/models.ts';
import { pythonWith } from '../../src/dev/real/python.ts';
import { createScreen } from '../../src/dev/screen.ts';
import { decodeWav, type Sound } from '../../src/probe/wav.ts';

/** Beside those of `npm run dev -- --real`, which may be running. */
const PORT = 9343;
const WITHIN_MS = 120_000;

let server: Promise<Service> | undefined;

/** Speech of Piper's English voice joe; fetches and installs it first, as `npm run dev -- --real tts` does. */
export async function piperJoe(text: string, speed: number): Promise<Sound> {
  server ??= start();
  await server;
  const { name } = PYTHON_MODELS.tts;
  const response = await fetch(`http://127.0.0.1:${PORT}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: name, voice: 'joe', input: text, speed, response_format: 'wav' }),
  });
  if (!response.ok) throw new Error(`piper answered ${response.status}: ${await response.text()}`);
  return decodeWav(new Uint8Array(await response.arrayBuffer()));
}

/** Ends the program that speaks, if it was needed. */
export async function stopPiper(): Promise<void> {
  (await server)?.kill();
  server = undefined;
}

async function start(): Promise<Service> {
  const sources = processSources();
  const dir = modelsDir(sources.env);
  const screen = createScreen({ write: (text) => console.error(text.trimEnd()) });
  const around = { dir, sources, screen, signal: new AbortController().signal };
  const { model, program, name, server: file, args } = PYTHON_MODELS.tts;
  const folder = await createFetcher(around).fetch(model);
  const service = startService({
    name,
    withinMs: WITHIN_MS,
    command: await pythonWith('tts', program, around),
    args: [serverFile(file), '--name', name, '--port', String(PORT), ...args(folder)],
    env: sources.env,
    readyAt: (line) => line.includes(' listening on http'),
  });
  await service.ready;
  return service;
}
