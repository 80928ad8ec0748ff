import { AccessToken, RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { afterAll, beforeAll } from 'vitest';
import type { Service } from '../../src/dev/child.ts';
import { type LiveKit, startLiveKit } from '../../src/dev/livekit.ts';
import { freeTcpPort, freeUdpPort } from '../../src/dev/ports.ts';
import { launchRedis } from '../../src/dev/redis.ts';
import { findSipBinary } from '../../src/dev/sip-binary.ts';
import { launchSip } from '../../src/dev/sip-service.ts';
import { type Guest, joinAsCaller } from '../../src/probe/guest.ts';
import type { SipService } from '../../src/sip/service-yaml.ts';

export const NUMBER = '+60312345678';

/** LiveKit with its Redis and one SIP service, and somebody who picks up, without a worker. */
export interface Answered {
  livekit: LiveKit;
  redisUrl: string;
  sip: SipService;
  rooms: RoomServiceClient;
  /** Lets calls of an address to NUMBER into rooms of their own. */
  allow(address: string): Promise<void>;
  /** Who joins the room of the next call there, which answers it. */
  pickUp(): Promise<Guest>;
}

const ROOM = 'phone-';

/** For the tests of one file: started before them, ended after. */
export function useAnswered(): () => Answered {
  const running: Service[] = [];
  let livekit: LiveKit | undefined;
  let answered: Answered | undefined;
  beforeAll(async () => {
    const redisPort = await freeTcpPort();
    const redis = launchRedis(redisPort);
    running.push(redis);
    await redis.ready;
    livekit = await startLiveKit({ redisAddress: `127.0.0.1:${redisPort}` });
    const sip: SipService = {
      ...{ livekitUrl: livekit.url, apiKey: livekit.apiKey, apiSecret: livekit.apiSecret },
      ...{ redisUrl: `redis://127.0.0.1:${redisPort}`, address: '127.0.0.1', listenAddress: '127.0.0.1' },
      ...{ port: await freeUdpPort(), healthPort: await freeTcpPort(), metricsPort: await freeTcpPort() },
      ...{ rtpPorts: { start: 31_000, end: 31_199 }, maxCpuUtilization: 1 },
    };
    const service = launchSip({ command: await findSipBinary(), service: sip });
    running.push(service);
    await service.ready;
    answered = answeredBy(livekit, sip);
  });
  afterAll(async () => {
    for (const service of running.reverse()) await service.stop();
    await livekit?.close();
  });
  return () => {
    if (!answered) throw new Error('the SIP service did not start');
    return answered;
  };
}

function answeredBy(livekit: LiveKit, sip: SipService): Answered {
  const { url, apiKey, apiSecret } = livekit;
  const api = new SipClient(url, apiKey, apiSecret);
  const rooms = new RoomServiceClient(url, apiKey, apiSecret);
  return {
    ...{ livekit, redisUrl: sip.redisUrl, sip, rooms },
    async allow(address) {
      const { sipTrunkId } = await api.createSipInboundTrunk(address, [NUMBER], {
        allowedAddresses: [address],
      });
      const rule = { type: 'individual', roomPrefix: ROOM } as const;
      await api.createSipDispatchRule(rule, { name: address, trunkIds: [sipTrunkId] });
    },
    async pickUp() {
      for (;;) {
        const [room] = (await rooms.listRooms()).filter(({ name }) => name.startsWith(ROOM));
        if (room) {
          const token = new AccessToken(apiKey, apiSecret, { identity: 'agent' });
          token.addGrant({ roomJoin: true, room: room.name });
          return joinAsCaller({ url, token: await token.toJwt() });
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
