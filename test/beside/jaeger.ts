import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startJaeger } from '../e2e/jaeger.ts';
import { runBeside } from './beside.ts';

/** `npx tsx test/beside/jaeger.ts [command …]`: Jaeger, built once with Go from its pinned module, and what is traced to it. */
await runBeside(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-jaeger-'));
  const jaeger = await startJaeger(dir, { otlp: 4318, query: 16686 });
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl },
    hint: `Traces: ${jaeger.pageUrl}/search?service=voice-agent`,
    async stop() {
      // They are in its memory.
      await untilAsked('Press Enter to end Jaeger, with its traces.');
      await jaeger.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
});

async function untilAsked(question: string): Promise<void> {
  if (!process.stdin.isTTY) return;
  process.stdout.write(`${question}\n`);
  await new Promise<void>((resolve) => {
    process.stdin.once('data', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
