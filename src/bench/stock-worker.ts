/** Serves calls with `stock-agent.ts` until SIGTERM or SIGINT; settings come from the environment as for `start`. */
import { AgentServer, initializeLogger, ServerOptions } from '@livekit/agents';
import { loadConfig } from '../config/load.ts';
import { REGISTERED } from './worker-lines.ts';

/** A busy machine needs longer than the framework's 10 s to load its native modules. */
const INITIALIZE_TIMEOUT_MS = 60_000;

const { livekit, agent } = loadConfig();
initializeLogger({ pretty: false, level: 'warn' });
const server = new AgentServer(
  new ServerOptions({
    agent: import.meta.filename.replace('stock-worker', 'stock-agent'),
    agentName: agent.name,
    wsURL: livekit.url,
    apiKey: livekit.apiKey,
    apiSecret: livekit.apiSecret,
    host: '127.0.0.1',
    port: 0,
    production: false,
    numIdleProcesses: 1,
    initializeProcessTimeout: INITIALIZE_TIMEOUT_MS,
  }),
);
server.event.on('worker_registered', () =>
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: REGISTERED })}\n`),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close().finally(() => process.exit(0));
  });
}
await server.run();
