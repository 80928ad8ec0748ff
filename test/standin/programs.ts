import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A shell script in a folder of its own, `$HERE` for the script, named as the program it plays. */
export async function fakeProgram(
  name: string,
  script: string,
): Promise<{ command: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-program-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const command = join(folder, name);
  await writeFile(command, `#!/bin/sh\nHERE='${folder}'\n${script}\n`);
  await chmod(command, 0o755);
  return { command, folder };
}
