import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RoomServiceClient, SipClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { applySetup } from '../../src/phone/apply.ts';
import { readSetup } from '../../src/phone/read-setup.ts';
import { AGENT_NAME } from '../e2e/callers.ts';
import { type Redis, startRedis } from '../e2e/redis.ts';
import { type Stack, type StackOptions, useStack } from '../e2e/stack.ts';
import { openPhone, type Phone, type PhoneOptions } from './phone.ts';
import { type SipService, startLiveKitWith, startSipService } from './sip-service.ts';

/** Number that everything under test is called by, where a row needs no other. */
export const NUMBER = '+60312345678';

const HOST_READY_WITHIN_MS = 60_000;

const SETUP = `
country: 60
inbound: {pbx: {allowedAddresses: [127.0.0.1]}}
numbers: {'${NUMBER}': {prompt: default}}
`;

export interface DoorOptions extends Omit<StackOptions, 'livekit' | 'sideBySide'> {
  /** Set-up file of the phones; default: one number from this machine, answered by the prompt `default`. */
  setup?: string;
  /** Values of what it calls `passwordEnv`. */
  variables?: Record<string, string>;
}

/** Everything that a phone call needs, real but for the models and the exchange. */
export interface Door extends Stack {
  readonly sip: SipService;
  readonly api: SipClient;
  readonly rooms: RoomServiceClient;
  /** A telephone; it is gone after the test. */
  phone(options?: PhoneOptions): Promise<Phone>;
  /** SIP URI of a number at the door. */
  uri(number?: string): string;
  /** Makes LiveKit's trunks and rules equal to this. */
  apply(setup: string): Promise<void>;
}

/** The door for the tests of one file: started before them, ended after. */
export function useDoor({ setup = SETUP, variables = {}, ...options }: DoorOptions = {}): () => Door {
  let parts: { dir: string; redis: Redis; sip: SipService; door: Door } | undefined;
  const phones: Phone[] = [];
  const stack = useStack({
    ...options,
    async livekit() {
      const dir = await mkdtemp(join(tmpdir(), 'voice-agent-sip-'));
      const redis = await startRedis(dir);
      const livekit = await startLiveKitWith(redis);
      const sip = await startSipService(livekit, redis);
      const { url, apiKey, apiSecret } = livekit;
      const api = new SipClient(url, apiKey, apiSecret);
      const apply = async (yaml: string) => {
        const password = ({ passwordEnv = '' }) => variables[passwordEnv] ?? '';
        const parsed = readSetup('test.yaml', yaml);
        await applySetup({ setup: parsed, agentName: AGENT_NAME, password, api });
      };
      await apply(setup);
      const door = {
        ...{ sip, api, apply, rooms: new RoomServiceClient(url, apiKey, apiSecret) },
        uri: (number = NUMBER) => `sip:${number}@${sip.address}`,
        async phone(wanted?: PhoneOptions) {
          const phone = await openPhone(wanted);
          phones.push(phone);
          return phone;
        },
      };
      parts = { dir, redis, sip, door: door as Door };
      return livekit;
    },
  });
  // A phone rings for as long as a host process starts, and what is measured is something else.
  beforeAll(async () => {
    if (options.worker === false) return;
    const { worker } = stack();
    const isReady = () => worker.log.some(({ msg }) => msg === 'host process ready');
    await worker.until('a host process', () => isReady() || undefined, HOST_READY_WITHIN_MS);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${describe(phones, parts?.sip)}\n`);
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
  });
  afterAll(async () => {
    await parts?.sip.stop();
    await parts?.redis.stop();
    if (parts) await rm(parts.dir, { recursive: true, force: true });
  });
  return () => {
    if (!parts) throw new Error('the door did not start');
    return Object.assign(Object.create(stack()), parts.door);
  };
}

function describe(phones: readonly Phone[], sip: SipService | undefined): string {
  const lines = sip?.log.slice(-25).map((line) => line.slice(0, 400)) ?? [];
  return [...phones.map((phone) => phone.describe()), 'last output of livekit-sip:', ...lines].join('\n');
}
