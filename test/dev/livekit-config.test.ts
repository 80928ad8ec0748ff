import { expect, test } from 'vitest';
import { livekitConfig } from '../../src/dev/livekit-config.ts';

const config = livekitConfig({
  port: 7880,
  udpPort: 7882,
  stunPort: 3478,
  apiKey: 'devkey',
  apiSecret: 'secret',
});

test('clients are sent to its own STUN server, never to a public one', () => {
  expect(config.rtc.stun_servers).toEqual(['127.0.0.1:3478']);
  expect(config.turn).toMatchObject({ enabled: true, udp_port: 3478 });
});

test('every address in it is of this machine', () => {
  const addresses = JSON.stringify(config).match(/\b\d+\.\d+\.\d+\.\d+/g) ?? [];
  expect(addresses.length).toBeGreaterThan(4);
  expect(addresses.filter((address) => !address.startsWith('127.0.0.'))).toEqual([]);
  expect(config.rtc).toMatchObject({ use_external_ip: false, tcp_port: 0 });
});
