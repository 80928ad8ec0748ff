import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';

/** What a real livekit-server does with one share of the files of a folder: `started`, or its last words. For `runIsolated`. */
const [, , folder = '', share = '0', of = '1'] = process.argv;
const { command, args } = await findLiveKitBinary();
const said: Record<string, string> = {};
const names = (await readdir(folder)).filter((_, index) => index % Number(of) === Number(share));
for (const name of names) {
  const lines: string[] = [];
  const child = startChild({
    command,
    args: [...args, '--config', join(folder, name)],
    env: { PATH: processSources().env.PATH },
    onLine(line) {
      lines.push(line);
      if (line.includes('starting LiveKit server')) child.kill();
    },
  });
  await child.exited;
  said[name] = lines.some((line) => line.includes('starting LiveKit server'))
    ? 'started'
    : (lines.at(-1) ?? '');
}
console.log(JSON.stringify(said));
