// What install.mjs decides, apart from doing it. Plain JavaScript: it runs before any dependency is installed.

/** The oldest Node that every dependency takes; also `engines` in package.json. */
const OLDEST_NODE = [20, 19];

/**
 * @param {string} version - such as `20.19.0`
 * @returns {string | undefined} what to do about it when it is too old
 */
export function nodeProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantMajor = 0, wantMinor = 0] = OLDEST_NODE;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return undefined;
  return `Node ${version} is too old: this needs Node ${OLDEST_NODE.join('.')} or newer (nvm install ${wantMajor}, or https://nodejs.org).`;
}

/**
 * Whether `node_modules` holds what the lockfile asks for, by npm's own record of what it installed. npm writes that
 * record last, so an interrupted install has none. It lacks optional packages of other platforms, and dev dependencies
 * after `--omit=dev`; a record with another platform's packages was made elsewhere (a folder shared with a container).
 *
 * @param {{packages: Record<string, any>}} lock - package-lock.json
 * @param {{packages: Record<string, any>} | undefined} record - node_modules/.package-lock.json
 * @param {{platform: string, arch: string}} machine
 */
export function isInstalled(lock, record, machine) {
  if (!record) return false;
  const has = (place, wanted) => record.packages[place]?.version === wanted.version;
  const mayLack = (place, wanted) => (wanted.optional || wanted.devOptional) && !record.packages[place];
  const complete = Object.entries(lock.packages).every(
    ([place, wanted]) => place === '' || has(place, wanted) || mayLack(place, wanted),
  );
  return complete && Object.values(record.packages).every((installed) => fits(installed, machine));
}

function fits({ os = [], cpu = [] }, { platform, arch }) {
  const allows = (list, value) =>
    list.length === 0 || list.includes(value) || list.some((one) => one.startsWith('!'));
  return allows(os, platform) && allows(cpu, arch);
}

/**
 * What tests need besides Node packages: one of the commands, on Debian from the package. A `service` that the package
 * would start is not wanted: tests start their own.
 */
export const TEST_TOOLS = [
  {
    package: 'chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    why: 'the page is tested in a real browser',
  },
  { package: 'espeak-ng', commands: ['espeak-ng'], why: 'gives callers and the stand-in TTS a voice' },
  {
    package: 'iproute2',
    commands: ['ip'],
    why: 'a network of its own, where every name that is looked up is recorded',
  },
  {
    package: 'coturn',
    commands: ['turnserver'],
    why: 'a TURN server for the connectivity check',
    service: 'coturn.service',
  },
  { package: 'openssl', commands: ['openssl'], why: 'makes certificates for tests over TLS' },
  {
    package: 'flite',
    commands: ['flite'],
    why: 'gives the callers of the bench, which is tested too, recorded voices',
  },
  {
    package: 'nginx-light',
    commands: ['nginx'],
    why: 'a reverse proxy before the page, as it comes',
    service: 'nginx.service',
  },
  {
    package: 'redis-server',
    commands: ['redis-server'],
    why: 'what several LiveKit servers share their rooms by',
    service: 'redis-server.service',
  },
  {
    package: 'prometheus',
    commands: ['promtool'],
    why: 'alerts and the dashboard’s queries are asked of the real program',
    service: 'prometheus.service',
  },
];

/** What the bench needs: voices for its callers. */
export const BENCH_TOOLS = [
  { package: 'espeak-ng', commands: ['espeak-ng'], why: 'gives callers a voice, English and Malay' },
  { package: 'flite', commands: ['flite'], why: 'gives callers voices that were recorded from people' },
];

/** What the SIP door under test needs besides: libraries that livekit-sip is built with, known by a file of theirs, and another phone. */
export const SIP_TOOLS = [
  ...['gcc', 'pkg-config'].map((name) => ({
    package: name,
    commands: [name],
    why: 'livekit-sip is built with C libraries',
  })),
  { package: 'libopus-dev', commands: ['/usr/include/opus/opus.h'], why: 'livekit-sip is built with it' },
  {
    package: 'libopusfile-dev',
    commands: ['/usr/include/opus/opusfile.h'],
    why: 'livekit-sip is built with it',
  },
  { package: 'libsoxr-dev', commands: ['/usr/include/soxr.h'], why: 'livekit-sip is built with it' },
  { package: 'kamailio', commands: ['kamailio', '/usr/sbin/kamailio'], why: 'proxy in front of livekit-sip' },
];

/** What the matrix of `check` needs besides, for its network. */
export const DOCTOR_TOOLS = [
  {
    package: 'iptables',
    commands: ['iptables', '/usr/sbin/iptables'],
    why: 'a load balancer, and a router before the laptop',
  },
];

/** @param {(command: string) => boolean} has */
export function missingTools(has, tools = TEST_TOOLS) {
  return tools.filter(({ commands }) => !commands.some(has));
}

/** @param {readonly {package: string, why: string}[]} missing */
export function installByHand(missing) {
  const lines = missing.map((tool) => `  ${tool.package.padEnd(12)} ${tool.why}`);
  const command = `sudo apt-get install -y --no-install-recommends ${missing.map((tool) => tool.package).join(' ')}`;
  return `This needs programs that are not installed:\n${lines.join('\n')}\nInstall them, on Debian or Ubuntu with:\n  ${command}`;
}
