import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { toolPath } from '../../tools.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = join(ROOT, 'helm/README.md');
const SECTION = 'Deploy on CCE';

/** The commands of the README's section, by the heading that they stand under. */
type Commands = ReadonlyMap<string, string>;

/** Reads the `sh` blocks of a section of a page; several under one heading are one. */
export function readCommands(page = readFileSync(PAGE, 'utf8'), title = SECTION): Commands {
  const [, rest = ''] = page.split(`\n## ${title}\n`);
  const [section = ''] = rest.split(/\n## /);
  const parts = section.split(/^### /m).map((part): [string, string] => {
    const blocks = [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
    return [part.split('\n', 1)[0] ?? '', blocks.join('')];
  });
  return new Map(parts.filter(([, commands]) => commands !== ''));
}

export interface Shell {
  /** Runs what stands under a heading, in one shell with what stands under the first. */
  run(heading: string): Promise<string>;
  /** Headings with commands that were not run yet. */
  left(): string[];
}

/** A shell in the checkout, as the README's reader has it: kubectl and helm on the PATH, the cluster in their config. */
export async function openShell(kubeconfig: string, dir: string): Promise<Shell> {
  const bin = join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  for (const name of ['kubectl', 'helm'] as const) await symlink(await toolPath(name), join(bin, name));
  const commands = readCommands();
  const [[, first] = ['', ''], ...others] = commands;
  const left = new Set(others.map(([heading]) => heading));
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, KUBECONFIG: kubeconfig, HOME: dir };
  return {
    left: () => [...left],
    run(heading) {
      const script = commands.get(heading);
      if (script === undefined) throw new Error(`the README has no commands under «${heading}»`);
      left.delete(heading);
      return new Promise((resolve, reject) => {
        execFile(
          'bash',
          ['-euo', 'pipefail', '-c', first + script],
          { env, cwd: ROOT },
          (error, stdout, stderr) => {
            if (error) reject(new Error(`«${heading}» ended with ${error.code}:\n${stdout}${stderr}`));
            else resolve(stdout);
          },
        );
      });
    },
  };
}
