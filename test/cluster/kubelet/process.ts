import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../src/errors.ts';
import { type Mount, mountLines, nodeMounts } from './root.ts';

export interface User {
  uid: number;
  gid: number;
  groups: readonly number[];
  noNewPrivileges: boolean;
  dropAllCapabilities: boolean;
}

export interface ProcessOptions {
  /** Process whose network and host name it shares. */
  sandboxPid: number;
  /** Folder that is this container's alone. */
  dir: string;
  mounts: readonly Mount[];
  readOnlyRoot: boolean;
  command: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  user: User;
  /** Its output is added to it. */
  logFile: string;
}

export interface ContainerProcess {
  /** Of the container's first process, as the node sees it. */
  readonly pid: number;
  /** With its exit code; a signal counts 128 more, as in Kubernetes. */
  readonly exited: Promise<number>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Runs a command in the container, as its user. @returns its exit code; 137 when it took too long. */
  exec(command: readonly string[], timeoutMs: number): Promise<number>;
}

/**
 * Its child is the first process of the container's own process namespace. It stays, to tell how that ended: of what
 * unshare tells by itself, a SIGKILL cannot be made out.
 */
const WAIT = '"$0" "$@"; exit $?';

/**
 * Starts a container's program with a root folder, mounts and processes of its own. Neither memory nor CPU is limited,
 * and no seccomp profile is set.
 *
 * @throws AppError when its root cannot be made.
 */
export async function startProcess(options: ProcessOptions): Promise<ContainerProcess> {
  const { dir, sandboxPid, command, cwd, env, logFile } = options;
  const root = join(dir, 'root');
  const mounts = join(dir, 'mounts');
  mkdirSync(root, { recursive: true });
  writeFileSync(mounts, mountLines([...nodeMounts(), ...options.mounts]));
  const asUser = userArgs(options.user);
  const log = openSync(logFile, 'a');
  const child = spawn(
    'nsenter',
    [
      ...['--target', `${sandboxPid}`, '--net', '--uts'],
      ...['unshare', '--mount', '--pid', 'sh', '-c', WAIT],
      ...[join(import.meta.dirname, 'container.sh'), root, mounts, options.readOnlyRoot ? 'ro' : 'rw'],
      ...[...asUser, 'env', '--chdir', cwd, ...command],
    ],
    { env, stdio: ['ignore', log, log, 'pipe'] },
  );
  closeSync(log);
  const exited = once(child, 'exit').then(([code]): number => code ?? 137);
  const made = child.stdio[3] ? once(child.stdio[3], 'data') : Promise.resolve();
  const failed = await Promise.race([made.then(() => undefined), exited]);
  if (failed !== undefined) throw new AppError(`no root folder for the container, see ${logFile}`);
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
  return {
    pid,
    exited,
    kill(signal) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended: that is what was wanted.
      }
    },
    exec: (inside, timeoutMs) => execIn(pid, [...asUser, 'env', '--chdir', cwd, ...inside], env, timeoutMs),
  };
}

function userArgs({ uid, gid, groups, noNewPrivileges, dropAllCapabilities }: User): string[] {
  return [
    ...['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`],
    ...(groups.length > 0 ? ['--groups', groups.join()] : ['--clear-groups']),
    ...(noNewPrivileges ? ['--no-new-privs'] : []),
    ...(dropAllCapabilities ? ['--bounding-set', '-all'] : []),
  ];
}

function execIn(pid: number, args: string[], env: ProcessOptions['env'], timeoutMs: number): Promise<number> {
  return new Promise((resolve) => {
    const enter = ['--target', `${pid}`, '--mount', '--uts', '--net', '--pid', `--root=/proc/${pid}/root`];
    execFile('nsenter', [...enter, ...args], { env, timeout: timeoutMs, killSignal: 'SIGKILL' }, (error) =>
      resolve(error ? (typeof error.code === 'number' ? error.code : 137) : 0),
    );
  });
}
