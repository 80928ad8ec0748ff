// Makes a fresh clone ready: `node src/dev/install.mjs`, with `--tests` or `--bench` for what those need too. Every script of
// package.json that needs dependencies runs it first; it says nothing and takes no time when all is there.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BENCH_TOOLS,
  DOCTOR_TOOLS,
  installByHand,
  isInstalled,
  missingTools,
  nodeProblem,
  SIP_TOOLS,
  TEST_TOOLS,
} from './install-plan.mjs';
import { pruneForeignBinaries } from './prune.mjs';
import { step } from './steps.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');

const tooOld = nodeProblem(process.versions.node);
if (tooOld) giveUp(tooOld);
await installDependencies();
const tools = [
  ...(process.argv.includes('--tests') ? TEST_TOOLS : []),
  ...(process.argv.includes('--bench') ? BENCH_TOOLS : []),
  ...(process.argv.includes('--sip') ? SIP_TOOLS : []),
  ...(process.argv.includes('--doctor') ? DOCTOR_TOOLS : []),
];
if (tools.length > 0) {
  await installTools();
  await provideLiveKit();
}

async function installDependencies() {
  const lock = readJson(join(root, 'package-lock.json'));
  if (!isInstalled(lock, readJson(join(modules, '.package-lock.json')), process)) {
    // Dev dependencies even with NODE_ENV=production: the commands that run this need them.
    const command = ['npm', 'ci', '--include=dev', '--prefer-offline', '--no-progress', '--loglevel=error'];
    const { ok, output } = await step('Installing dependencies from package-lock.json', command, {
      cwd: root,
    });
    // Below its reason npm prints all its options.
    if (!ok) giveUp(`npm ci failed:\n${output.split('\n').slice(0, 15).join('\n')}`);
  }
  try {
    pruneForeignBinaries(modules);
  } catch {
    // A smaller folder is a courtesy, never worth failing for.
  }
}

async function installTools() {
  const missing = missingTools(hasCommand, tools);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !hasCommand('apt-get')) giveUp(installByHand(missing));
  const names = missing.map((tool) => tool.package);
  const apt = (...args) => ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  const install = apt('install', '-y', '--no-install-recommends', ...names);
  const label = `Installing ${names.join(', ')}`;
  const services = missing.flatMap(({ service }) => service ?? []);
  if (services.length > 0 && existsSync('/run/systemd/system'))
    await step(`Keeping ${services.join(', ')} from starting`, ['systemctl', 'mask', ...services]);
  // The lists of a fresh machine are empty or old; where they are neither, fetching them again would cost time.
  const first = await step(label, install);
  if (!first.ok) {
    await step('Updating the package lists', apt('update'));
    const second = await step(label, install);
    if (!second.ok) giveUp(`apt-get failed:\n${second.output}\n${installByHand(missing)}`);
  }
  const still = missingTools(hasCommand, tools);
  if (still.length > 0) giveUp(installByHand(still));
}

/** Here rather than in the first test that needs it, because a build takes minutes. */
async function provideLiveKit() {
  const script = fileURLToPath(new URL('get-livekit.ts', import.meta.url));
  const command = [process.execPath, '--import', 'tsx', script];
  const { ok, output } = await step('Getting livekit-server', command, { cwd: root });
  if (!ok) giveUp(output);
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** The shell asks, so that this file reads no environment. System programs are not on every user's PATH. A library is known by a file. */
function hasCommand(name) {
  if (name.startsWith('/')) return existsSync(name);
  try {
    execFileSync('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin command -v "$0"', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function giveUp(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
