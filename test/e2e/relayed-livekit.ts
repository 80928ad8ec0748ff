import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { isLiveKit, type LiveKit, livekitPorts, livekitUrl } from '../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { livekitConfig } from '../../src/dev/livekit-config.ts';
import { randomKeyPair } from '../../src/dev/livekit-keys.ts';
import { asService } from '../../src/dev/ready.ts';
import { makeCertificate } from '../cluster/edge/certificates.ts';
import { type Coturn, startCoturn } from './coturn.ts';

export interface RelayedLiveKit extends LiveKit {
  turn: Coturn;
  /** Certificate of the authority of the TURN server's TLS. */
  caFile: string;
}

const CREDENTIALS = { username: 'caller', credential: 'password-of-the-relay' };

/** A livekit-server that hands out coturn's addresses over UDP, TCP and TLS, all on loopback. */
export async function startRelayedLiveKit(): Promise<RelayedLiveKit> {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-relay-'));
  const { key, cert, caFile } = await makeCertificate(join(dir, 'tls'), 'localhost');
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  await Promise.all([writeFile(keyFile, key), writeFile(certFile, cert)]);
  const { username, credential } = CREDENTIALS;
  const access = ['lt-cred-mech', `user=${username}:${credential}`, 'allow-loopback-peers'];
  const settings = [...access, 'cli-password=unused', `cert=${certFile}`, `pkey=${keyFile}`];
  const turn = await startCoturn({ dir, settings });
  const livekit = await startWith([
    { host: '127.0.0.1', port: turn.port, protocol: 'udp', ...CREDENTIALS },
    { host: '127.0.0.1', port: turn.port, protocol: 'tcp', ...CREDENTIALS },
    { host: 'localhost', port: turn.port, protocol: 'tls', ...CREDENTIALS },
  ]);
  const close = async () => {
    await Promise.all([livekit.close(), turn.stop()]);
    await rm(dir, { recursive: true, force: true });
  };
  return { ...livekit, turn, caFile, close };
}

async function startWith(turnServers: readonly object[]): Promise<LiveKit> {
  const [ports, keys, binary] = [await livekitPorts(), randomKeyPair(), await findLiveKitBinary()];
  const config = livekitConfig({ ...ports, ...keys });
  const rtc = { ...config.rtc, stun_servers: [], turn_servers: turnServers };
  const child = startChild({
    command: binary.command,
    args: binary.args,
    env: {
      PATH: processSources().env.PATH,
      LIVEKIT_CONFIG: JSON.stringify({ ...config, rtc, turn: { enabled: false } }),
    },
  });
  const url = livekitUrl(ports);
  const ready = (async () => {
    while (!(await isLiveKit(url))) await new Promise((resolve) => setTimeout(resolve, 50));
  })();
  const service = asService('livekit-server', child, ready, 15_000);
  await service.ready;
  const { pid, exited, stop } = service;
  return { url, ...keys, pid, exited, close: stop };
}
