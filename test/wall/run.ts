import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLoadEar } from '../../src/bench/ear.ts';
import { mixed } from '../../src/bench/faults/plan.ts';
import { type LoadWorld, startLoadWorld } from '../../src/bench/load.ts';
import { createCrowd } from '../../src/bench/load-callers.ts';
import { DEFAULT_SPEEDS } from '../../src/bench/profile.ts';
import { randomFrom } from '../../src/bench/stats.ts';
import { startWorker } from '../../src/bench/worker.ts';
import { linesOf, logOf } from '../../src/bench/worker-log.ts';
import { drawWall } from './draw.ts';
import { askPanels } from './panels.ts';
import { startPrometheus } from './prometheus.ts';

/**
 * `npx tsx test/wall/run.ts [--minutes 4] [--calls 3] [--out folder]`: the dashboard as a picture, of what Debian's Prometheus answers
 * to its queries that has asked a real worker under load. Of its last third, one request in ten to each model fails.
 */

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, calls: { type: 'string' }, out: { type: 'string' } },
});
const minutes = Number(values.minutes ?? 4);
const calls = Number(values.calls ?? 3);
const out = values.out ?? (await mkdtemp(join(tmpdir(), 'voice-agent-wall-')));
const [AGENT, NAMESPACE, EVERY_S, SEED] = ['bench-wall', 'livekit', 5, 7];
const SHORT_CALL_TURNS = 2;

await mkdir(out, { recursive: true });
const world = await startLoadWorld({ speeds: DEFAULT_SPEEDS }, out);
const receiver = createServer((request, response) => request.resume().once('end', () => response.end()));
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
try {
  await measured(world);
} finally {
  receiver.close();
  receiver.closeAllConnections();
  await world.close();
}
process.exit(0);

async function measured({ livekit, endpoints, builtDir, dir, light, speech, lightUtterances }: LoadWorld) {
  const worker = await startWorker({
    ...{ pipeline: 'own', livekit, agentName: AGENT, endpointsUrl: endpoints.baseUrl, builtDir, dir },
    settings: settings(),
  });
  const [health] = await linesOf(logOf(dir, AGENT), 'health listening');
  const target = new URL(String(health?.url)).host;
  const prometheus = await startPrometheus(dir, { targets: [target], namespace: NAMESPACE, everyS: EVERY_S });
  const fromS = Date.now() / 1000;
  try {
    await createLoadEar(endpoints, lightUtterances).close();
    const crowd = createCrowd({ light, livekit, agentName: AGENT, speech });
    const long = await crowd.join(calls, minutes * 10_000);
    // Others come and go.
    const untilMs = performance.now() + minutes * 40_000;
    while (performance.now() < untilMs) await crowd.over(await crowd.join(1, 0, SHORT_CALL_TURNS), 60_000);
    await endpoints.control({ faults: mixed(0.1, randomFrom(SEED)) });
    await sleep(Math.max(0, (fromS + minutes * 60) * 1000 - Date.now()));
    await crowd.leave(long);
    await sleep(2 * EVERY_S * 1000);
    const range = { fromS, toS: Date.now() / 1000, stepS: EVERY_S };
    const panels = await askPanels(prometheus.url, NAMESPACE, range);
    await writeFile(join(out, 'wall.svg'), drawWall(panels, range));
    await writeFile(join(out, 'wall.json'), JSON.stringify(panels));
    const empty = panels.filter(({ lines }) => lines.length === 0).map(({ title }) => title);
    process.stdout.write(`picture  ${join(out, 'wall.svg')}\nno data: ${empty.join('; ') || 'none'}\n`);
  } finally {
    await prometheus.stop();
    await worker.stop();
  }
}

function settings(): Record<string, string> {
  return {
    MAX_CALLS: String(calls + 3),
    ...{ RECORDS_DIR: join(out, 'records'), TRANSCRIPTS: 'true', RECORDING: 'on' },
    WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    PRICES: '{"currency": "MYR", "inputMTok": 0.6, "outputMTok": 2.4, "callMinute": 0.05}',
  };
}
