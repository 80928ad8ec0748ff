import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { type LiveKit, livekitPorts, livekitUrl } from '../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../src/dev/livekit-binary.ts';
import { livekitConfig } from '../../src/dev/livekit-config.ts';
import { randomKeyPair } from '../../src/dev/livekit-keys.ts';
import { startService } from '../../src/dev/ready.ts';
import { startCoturn } from './coturn.ts';

const USER = 'relay-user';
const PASSWORD = 'relay-password';
/** Of the relays that coturn lends. */
const RELAYS = { from: 33_000, to: 33_999 };
/** Where LiveKit says it is when only relays may reach it. */
const GUARDED_HOST = '127.0.0.9';
const STARTED_WITHIN_MS = 15_000;

export interface TurnedLiveKit {
  /** Over what coturn is handed out; none for a LiveKit that names no TURN server. */
  turn: readonly ('udp' | 'tcp')[];
  /** coturn does not listen there, whatever LiveKit hands out. */
  closed?: 'udp' | 'tcp';
  /** LiveKit's media port takes packets from coturn's relays alone. */
  onlyByRelay?: boolean;
}

/** A livekit-server that hands out a coturn of its own, as an installation does that has its TURN servers elsewhere. */
export async function startTurnedLiveKit({
  turn,
  closed,
  onlyByRelay = false,
}: TurnedLiveKit): Promise<LiveKit> {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-turned-'));
  const [binary, ports, coturn] = await Promise.all([
    findLiveKitBinary(),
    livekitPorts(),
    startCoturn({
      dir,
      settings: [
        ...['lt-cred-mech', `user=${USER}:${PASSWORD}`, 'allow-loopback-peers', 'cli-password=unused'],
        ...(closed ? [`no-${closed}`] : []),
        ...[`min-port=${RELAYS.from}`, `max-port=${RELAYS.to}`],
      ],
    }),
  ]);
  const keys = randomKeyPair();
  const config = livekitConfig({ ...ports, ...keys });
  const guard = onlyByRelay ? await guardPort(ports.udpPort) : undefined;
  const service = startService({
    name: 'livekit-server',
    command: binary.command,
    args: [...binary.args],
    env: {
      PATH: processSources().env.PATH,
      LIVEKIT_CONFIG: JSON.stringify({
        ...config,
        turn: { enabled: false },
        rtc: {
          ...config.rtc,
          ...(guard && { node_ip: GUARDED_HOST, use_ice_lite: true }),
          stun_servers: [`127.0.0.1:${coturn.port}`],
          turn_servers: turn.map((protocol) => ({
            ...{ host: '127.0.0.1', port: coturn.port, protocol },
            ...{ username: USER, credential: PASSWORD },
          })),
        },
      }),
    },
    withinMs: STARTED_WITHIN_MS,
    readyAt: (line) => line.includes('starting LiveKit server'),
  });
  await service.ready;
  return {
    ...{ url: livekitUrl(ports), ...keys, pid: service.pid, exited: service.exited },
    async close() {
      await Promise.all([service.stop(), coturn.stop(), guard?.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Stands at `GUARDED_HOST` before LiveKit's media port, and passes on what comes from coturn's relays. */
async function guardPort(port: number) {
  const outside = createSocket('udp4');
  outside.bind(port, GUARDED_HOST);
  await once(outside, 'listening');
  const inside = new Map<number, ReturnType<typeof createSocket>>();
  outside.on('message', (packet, from) => {
    if (from.port < RELAYS.from || from.port > RELAYS.to) return;
    let socket = inside.get(from.port);
    if (!socket) {
      socket = createSocket('udp4');
      socket.on('message', (answer) => outside.send(answer, from.port, from.address));
      inside.set(from.port, socket);
    }
    socket.send(packet, port, '127.0.0.1');
  });
  return {
    async close() {
      for (const socket of [outside, ...inside.values()]) socket.close();
    },
  };
}
