import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../../src/dev/child.ts';
import { isLiveKit, type LiveKit, livekitPorts, livekitUrl } from '../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { LIVEKIT_HOST, livekitConfig } from '../../src/dev/livekit-config.ts';
import { randomKeyPair } from '../../src/dev/livekit-keys.ts';
import { startUdpProxy, type UdpProxy } from './udp-proxy.ts';

/** Where clients find the media port: another address of loopback than the server's own. */
const PROXY_HOST = '127.0.0.2';

export interface LiveKitBehindProxy extends LiveKit {
  readonly proxy: UdpProxy;
}

/**
 * A livekit-server whose media passes through a UDP proxy: it names the proxy's address (`node_ip`) as its only candidate, and as
 * ICE Lite it sends no checks of its own, by which a client would learn the way around.
 */
export async function startLiveKitBehindProxy(seed: number): Promise<LiveKitBehindProxy> {
  const ports = await livekitPorts();
  const keys = randomKeyPair();
  const { rtc, turn: _, ...rest } = livekitConfig({ ...ports, ...keys });
  const config = { ...rest, rtc: { ...rtc, node_ip: PROXY_HOST, use_ice_lite: true } };
  const { command, args } = await findLiveKitBinary();
  const env = { LIVEKIT_CONFIG: JSON.stringify(config) };
  const child = startChild({ command, args, env, graceMs: 500 });
  const url = livekitUrl(ports);
  while (!(await isLiveKit(url))) await sleep(50);
  const { udpPort: port } = ports;
  const proxy = await startUdpProxy({ host: PROXY_HOST, port }, { host: LIVEKIT_HOST, port }, seed);
  const close = async () => {
    await child.stop();
    await proxy.close();
  };
  return { url, ...keys, pid: child.pid, exited: child.exited, close, proxy };
}
