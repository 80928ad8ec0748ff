import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig, processSources } from './config/load.ts';
import { proxyFor } from './config/proxy.ts';
import { goThroughProxies } from './openai/proxied-fetch.ts';

interface DevFlags {
  devkey?: boolean;
  real?: string | true;
  sip?: boolean;
  fetch: boolean;
  removeModels?: boolean;
}

/** The command table: argv → function. Commands load their code when they run, so that `--help` is quick. */
export function createCli(): Command {
  const cli = new Command('voice-agent').description('Self-hosted LiveKit voice agent');
  addServing(cli);
  addDev(cli);
  addToken(cli);
  addCheck(cli);
  addCalls(cli);
  addSip(cli);
  addDial(cli);
  cli
    .command('config')
    .description('print the configuration as it was understood, without secrets')
    .action(async () => {
      const { redactedDump } = await import('./config/describe.ts');
      console.log(JSON.stringify(redactedDump(loadConfig()), null, 2));
    });
  return cli;
}

function addServing(cli: Command): void {
  cli
    .command('start', { isDefault: true })
    .description('serve calls, and the test page unless WEB_ENABLED=false')
    .addOption(
      new Option('--dev', 'as `npm run dev` runs it: browsers of this machine need no WEB_TOKEN').hideHelp(),
    )
    .action(async ({ dev = false }: { dev?: boolean }) =>
      (await import('./serve.ts')).serve(loadConfig(), { worker: true, openLocally: dev }),
    );
  cli
    .command('web')
    .description('serve only the test page and its token route')
    .action(async () =>
      (await import('./serve.ts')).serve(loadConfig(processSources(), 'page'), {
        worker: false,
        openLocally: false,
      }),
    );
}

function addDev(cli: Command): void {
  cli
    .command('dev')
    .description('start everything for a first conversation: LiveKit, stand-in models, worker, page')
    .option('--devkey', 'give its LiveKit the well-known pair devkey and secret, which any web page can try')
    .option(
      '--real [stages]',
      'real models on this machine, for all stages or some of stt,llm,tts (by Python)',
    )
    .option(
      '--sip',
      'a phone number too: LiveKit’s SIP service (built once), for a softphone on this machine',
    )
    .option('--no-fetch', 'fetch no model to understand speech by')
    .option('--remove-models', 'remove what was fetched and installed for models, and end')
    .action(async ({ devkey, removeModels, ...options }: DevFlags) => {
      if (removeModels) {
        const { removeModels: remove } = await import('./dev/fetch/fetcher.ts');
        return console.log(`Removed ${await remove()}`);
      }
      const { DEVKEY } = await import('./dev/livekit-keys.ts');
      await (await import('./dev/up.ts')).up({ ...options, ...(devkey && { keys: DEVKEY }) });
    });
}

function addToken(cli: Command): void {
  cli
    .command('token')
    .description('print a short-lived token that joins one room and calls this agent')
    .option('--room <name>', 'room to join; default a new one')
    .option('--name <name>', 'name shown to others')
    .option('--prompt <name>', 'prompt of the call; default the configured one')
    .action(async (options) => {
      const { printToken } = await import('./web/print-token.ts');
      const { withDevLiveKit } = await import('./dev/livekit-keys.ts');
      const { openSettings } = await import('./dev/plan.ts');
      // Beside `npm run dev`, with nothing configured, the token is for what dev started.
      const sources = processSources();
      const config = loadConfig(withDevLiveKit(sources, openSettings(sources)), 'page');
      goThroughProxies((url) => proxyFor(url, config.proxy));
      await printToken(config, options);
    });
}

function addCheck(cli: Command): void {
  cli
    .command('check')
    .description('try each hop of a call by itself, and say which is broken; exit code 1 when one is')
    .option('--json', 'print the results as one JSON document')
    .option('--only <ids>', 'try these hops alone, by comma, with those that they need')
    .option('--repeat <n>', `try hops that fail sometimes so often at once, at most ${MOST_REPEATS}`, timesOf)
    .option(
      '--parallel <n>',
      `from inside: so many requests to each model server at once, at most ${MOST_PARALLEL} and no more than call slots are free`,
      parallelOf,
    )
    .option('--page <url>', 'try them from a caller’s machine, by the page and its credential (WEB_TOKEN)')
    .option('--credential-file <path>', 'holds the credential of the page')
    .option(
      '--files <path>',
      'judge the livekit.yaml, manifests and documents in this folder, and try nothing',
    )
    .option(
      '--kube',
      'read the objects in the cluster (pod’s service account, or kubeconfig), and try nothing',
    )
    .option('--with-kube', 'read them, and then try each hop')
    .option(
      '--namespace <name>',
      'of --kube and --with-kube; default: the pod’s, or the one of the kubeconfig’s context',
    )
    .action(async (flags) => {
      const { runCheckCommand } = await import('./doctor/command.ts');
      const { exitWith } = await import('./doctor/terminal.ts');
      await exitWith(await runCheckCommand(flags));
    });
}

function addSip(cli: Command): void {
  const sip = cli.command('sip').description('phones: trunks, numbers and the SIP service');
  sip
    .command('config')
    .description('print the configuration of livekit-sip, with its secrets')
    .requiredOption(
      '--address <ip>',
      'private IPv4 address that calls come to, and that Contact and SDP name',
    )
    .option('--port <port>', 'of signalling, UDP and TCP', '5060')
    .option('--rtp <range>', 'UDP ports of RTP, every second one a call', '10000-10399')
    .option('--media <range>', 'UDP ports of LiveKit’s media, for what has to be open', '50000-60000')
    .option('--vm <folder>', 'write it there for a machine beside the cluster, with a systemd unit')
    .action(async (flags) => {
      const { runConfigCommand } = await import('./sip/config-command.ts');
      await runConfigCommand(loadConfig(processSources(), 'page'), flags);
    });
  sip
    .command('apply <file>')
    .description('make LiveKit’s trunks and dispatch rules equal to a set-up file of phones')
    .option('--dry-run', 'say what would be done, and do nothing', false)
    .action(async (file: string, { dryRun }: { dryRun: boolean }) => {
      const { runApply } = await import('./phone/command.ts');
      const sources = processSources();
      const config = loadConfig(sources, 'page');
      goThroughProxies((url) => proxyFor(url, config.proxy));
      await runApply({ file, dryRun, config, sources, print: (line) => console.log(line) });
    });
}

function addDial(cli: Command): void {
  cli
    .command('dial')
    .description('call a number and print what came of it, exit code 0 when it was answered; or call a list')
    .argument('[number]', 'such as +60312345678, or an extension')
    .option('--prompt <name>', 'prompt of the call; default the configured one')
    .option('--var <name=value>', 'a variable of the prompt, several times', collect, [])
    .option('--trunk <name>', 'outbound trunk of PHONE_SETUP; default the first that may call the number')
    .option('--file <csv>', 'a list: the header number, and prompt, timezone and variables where wanted')
    .option('--dry-run', 'of a list: name every bad line, and call nobody')
    .option('--do-not-call <file>', 'numbers that are not called, one a line')
    .option('--hours <text>', 'when numbers are called, in their own time, such as "mon-fri 09:00-18:00"')
    .option('--timezone <zone>', 'of numbers whose own is not known')
    .option('--at-once <n>', 'numbers of a list that ring at the same time', timesOf, 2)
    .option('--attempts <n>', 'how often a number of a list is tried', timesOf, 3)
    .option('--journal <file>', 'what was done, for the next run to go on; default <csv>.journal')
    .action(async (to: string | undefined, { file, ...flags }) => {
      const config = loadConfig(processSources(), 'page');
      goThroughProxies((url) => proxyFor(url, config.proxy));
      if ((to === undefined) === (file === undefined))
        throw new InvalidArgumentError('Want either a number or --file.');
      process.exitCode =
        to === undefined
          ? await (await import('./phone/outbound/list/list-command.ts')).runDialList(config, {
              file,
              ...flags,
            })
          : await (await import('./phone/outbound/dial-command.ts')).runDial(config, to, flags);
    });
}

const collect = (one: string, others: readonly string[]): string[] => [...others, one];

function addCalls(cli: Command): void {
  cli
    .command('calls')
    .description(
      'show what runs in all workers: calls, endpoints, slots; exit code 1 when one does not answer',
    )
    .option('--url <url>', 'where workers serve health; default WORKERS_URL, or HEALTH_PORT of this machine')
    .option('--once', 'print it once, in a terminal too')
    .option('--json', 'print it once, as JSON')
    .action(async (flags: { url?: string; once?: boolean; json?: boolean }) => {
      const { printCalls, workersUrl } = await import('./web/print-calls.ts');
      const { withDevLiveKit } = await import('./dev/livekit-keys.ts');
      const { openSettings } = await import('./dev/plan.ts');
      const sources = processSources();
      const config = () => loadConfig(withDevLiveKit(sources, openSettings(sources)), 'page');
      process.exitCode = await printCalls({ ...flags, url: flags.url ?? workersUrl(config()) });
    });
}

const MOST_REPEATS = 50;
const MOST_PARALLEL = 16;

const countUpTo = (most: number) => (text: string) => {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new InvalidArgumentError(`Want a whole number from 1 to ${most}.`);
};
const timesOf = countUpTo(MOST_REPEATS);
const parallelOf = countUpTo(MOST_PARALLEL);
