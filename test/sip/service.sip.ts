import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { freeTcpPort } from '../../src/dev/ports.ts';
import { startService } from '../../src/dev/ready.ts';
import { findSipBinary } from '../../src/dev/sip-binary.ts';
import { openCaller } from '../../src/sip/client/caller.ts';
import { render } from '../helm/chart.ts';
import { envOf, workload } from '../helm/pods.ts';
import { useAnswered } from './answered.ts';
import { row } from './rows.ts';

const answered = useAnswered();

const optionsAt = async (port: number) => {
  const signal = AbortSignal.timeout(10_000);
  const caller = await openCaller({ host: '127.0.0.1', port, from: 'check', signal });
  const { status } = await caller.options().finally(() => caller.close());
  return status;
};

row(
  'livekit-sip takes the configuration that `sip config` writes: it listens, is healthy, and is measured',
  async () => {
    const { sip } = answered();
    expect(await optionsAt(sip.port)).toBe(200);
    const health = await fetch(`http://127.0.0.1:${sip.healthPort}/`);
    expect([200, 429]).toContain(health.status);
    const metrics = await (await fetch(`http://127.0.0.1:${sip.metricsPort}/metrics`)).text();
    expect(metrics).toContain('livekit_sip_available{');
  },
);

row('livekit-sip takes the configuration of the chart, as Kubernetes would fill it', async () => {
  const { redisUrl, livekit } = answered();
  const port = await freeTcpPort();
  const values = {
    sip: { enabled: true, port, rtpPortStart: 31_400, rtpPortEnd: 31_599 },
    redis: { address: new URL(redisUrl).host },
  };
  const body = envOf(workload(await render({ values }), 'sip').container, 'SIP_CONFIG_BODY') ?? '';
  const started = startService({
    name: 'livekit-sip',
    command: await findSipBinary(),
    args: ['--config', '/sip/config.yaml'],
    env: {
      LIVEKIT_API_KEY: livekit.apiKey,
      LIVEKIT_API_SECRET: livekit.apiSecret,
      SIP_CONFIG_BODY: body.replace('$(OWN_IP)', '127.0.0.1'),
    },
    withinMs: 20_000,
    readyAt: (line) => line.includes('sip signaling listening on') && line.includes('"proto":"tcp"'),
  });
  try {
    await started.ready;
    expect(await optionsAt(port)).toBe(200);
    const { stdout } = await promisify(execFile)('ss', ['-Hltn']);
    for (const open of [port, 8083, 6790]) expect(stdout).toMatch(new RegExp(`:${open}\\s`));
  } finally {
    await started.stop();
  }
});
