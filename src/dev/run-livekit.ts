import { join } from 'node:path';
import { hideUrlSecrets } from '../urls.ts';
import { type Context, tellTaken } from './context.ts';
import { isLiveKit, launchLiveKit, livekitPorts, livekitUrl } from './livekit.ts';
import { findLiveKitBinary } from './livekit-binary.ts';
import { tellOfLiveKit } from './livekit-keys.ts';
import { livekitPort } from './plan.ts';
import { choosePort } from './ports.ts';
import type { Supervised } from './supervise.ts';

export interface RunningLiveKit {
  url: string;
  detail: string;
  /** For the worker's environment. */
  settings: Record<string, string>;
  service?: Supervised;
}

/** The user's LiveKit where it answers, else one of our own. */
export async function runLiveKit({
  plan,
  screen,
  logDir,
  keep,
  redisAddress,
}: Context): Promise<RunningLiveKit> {
  const { url, apiKey, apiSecret } = plan.config.livekit;
  if (plan.livekitGiven) {
    if (await isLiveKit(url)) return { url, detail: 'as LIVEKIT_URL says', settings: {} };
    screen.say(`LIVEKIT_URL ${hideUrlSecrets(url)} does not answer: starting a livekit-server here`);
  }
  const wanted = livekitPort(plan);
  const port = tellTaken(screen, 'LiveKit', await choosePort(wanted));
  if (port !== wanted && (await isLiveKit(`ws://127.0.0.1:${wanted}`))) {
    screen.say(
      `To use the LiveKit that is there, set LIVEKIT_URL=ws://127.0.0.1:${wanted} and its API key and secret`,
    );
  }
  const binary = await findLiveKitBinary({ onProgress: screen.progress });
  const ports = await livekitPorts(port);
  const logFile = join(logDir, 'livekit.log');
  const service = keep('LiveKit', () =>
    launchLiveKit({ binary, ports, apiKey, apiSecret, redisAddress, logFile }),
  );
  await service.ready;
  const own = livekitUrl(ports);
  await tellOfLiveKit({ url: own, apiKey, apiSecret, pid: process.pid });
  return {
    url: own,
    detail: `livekit-server ${binary.version} (${binary.origin}), reachable from this machine only`,
    settings: { LIVEKIT_URL: own, LIVEKIT_PUBLIC_URL: own },
    service,
  };
}
