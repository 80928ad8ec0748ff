import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeFiles } from '../../src/doctor/files/judge.ts';
import { runIsolated } from './netns.ts';

/**
 * `check --files` says of a file that livekit-server does not start exactly when the real one does not: the documents'
 * own configurations, and one that works with one thing changed at a time.
 */
const FIXTURES = join(import.meta.dirname, '../fixtures/livekit-yaml');
/** Side by side, each in a network of its own: a livekit-server takes two seconds to start, most of them waiting. */
const SHARES = 6;
const GOOD = `keys: {voice-agent: a-secret-of-more-than-thirty-two-characters}\n`;
const RTC = 'node_ip: 127.0.0.1';

const CASES: Record<string, string> = {
  'as it should be': `${GOOD}rtc: {${RTC}}`,
  'an unknown key': `${GOOD}rtc: {${RTC}}\nlog: debug`,
  'an unknown key inside': `${GOOD}rtc: {${RTC}, turn: {enabled: true}}`,
  'a name of every object': `${GOOD}rtc: {${RTC}, constructor: 1}`,
  'a key twice': `${GOOD}rtc: {${RTC}}\nport: 7880\nport: 7881`,
  'no YAML': `${GOOD}rtc: {${RTC}`,
  'a second document': `${GOOD}rtc: {${RTC}}\n---\nnonsense: true`,
  'a word for a number': `${GOOD}rtc: {${RTC}, tcp_port: none}`,
  'a quoted number': `${GOOD}rtc: {${RTC}, tcp_port: "7881"}`,
  'a number below 0': `${GOOD}rtc: {${RTC}, tcp_port: -1}`,
  'a number for a text': `${GOOD}rtc: {${RTC}}\nregion: 12`,
  'a port beyond 16 bits': `${GOOD}rtc: {${RTC}}\nturn: {relay_range_start: 70000}`,
  'a word for true': `${GOOD}rtc: {${RTC}, use_ice_lite: yes}`,
  'another word for true': `${GOOD}rtc: {${RTC}, use_ice_lite: "True"}`,
  'a text for a list': `${GOOD}rtc: {${RTC}, stun_servers: "127.0.0.1:3478"}`,
  'a list for keys': `${GOOD}rtc: [${RTC}]`,
  'nothing for keys': `${GOOD}rtc:\nredis:\nbind_addresses: [127.0.0.1]`,
  'a time': `${GOOD}rtc: {${RTC}}\nroom: {create_room_timeout: 5s}`,
  'a time without unit': `${GOOD}rtc: {${RTC}}\nroom: {create_room_timeout: 5}`,
  'a time that is none': `${GOOD}rtc: {${RTC}}\nroom: {create_room_timeout: soon}`,
  'an address that is none': `${GOOD}rtc: {node_ip: my.host}`,
  'two addresses': `${GOOD}rtc: {node_ip: "127.0.0.1,::1"}`,
  'a range of UDP ports': `${GOOD}rtc: {${RTC}, udp_port: 7882-7884}`,
  'a range that ends before it begins': `${GOOD}rtc: {${RTC}, udp_port: 7884-7882}`,
  'media ports that end before they begin': `${GOOD}rtc: {${RTC}, port_range_start: 60000, port_range_end: 50000}`,
  'no key': `rtc: {${RTC}}`,
  'a short secret': `rtc: {${RTC}}\nkeys: {devkey: secret}`,
  'metrics by the old key': `${GOOD}rtc: {${RTC}}\nprometheus_port: 6789`,
  'TURN without a port': `${GOOD}rtc: {${RTC}}\nturn: {enabled: true}`,
  'TURN over UDP': `${GOOD}rtc: {${RTC}}\nturn: {enabled: true, udp_port: 3478}`,
  'TURN over TLS without a domain': `${GOOD}rtc: {${RTC}}\nturn: {enabled: true, tls_port: 5349, external_tls: true}`,
  'TURN over TLS with half a domain': `${GOOD}rtc: {${RTC}}\nturn: {enabled: true, tls_port: 5349, external_tls: true, domain: turn}`,
  'TURN over TLS without a certificate': `${GOOD}rtc: {${RTC}}\nturn: {enabled: true, tls_port: 5349, domain: turn.example.com}`,
  'TURN over TLS behind a load balancer': `${GOOD}rtc: {${RTC}}\nturn: {enabled: true, tls_port: 5349, domain: turn.example.com, external_tls: true}`,
  'a webhook without a key': `${GOOD}rtc: {${RTC}}\nwebhook: {urls: ["http://127.0.0.1:9"]}`,
  'a webhook with a key': `${GOOD}rtc: {${RTC}}\nwebhook: {urls: ["http://127.0.0.1:9"], api_key: voice-agent}`,
  'an unknown node selector': `${GOOD}rtc: {${RTC}}\nnode_selector: {kind: best}`,
  'a node selector without its region': `${GOOD}rtc: {${RTC}}\nnode_selector: {kind: regionaware}`,
  'a node selector in an unknown region': `${GOOD}rtc: {${RTC}}\nregion: a\nnode_selector: {kind: regionaware, regions: [{name: b}]}`,
  'a node selector with its region': `${GOOD}rtc: {${RTC}}\nregion: b\nnode_selector: {kind: regionaware, regions: [{name: b}]}`,
};

let dir: string;
let said: Record<string, string>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-files-'));
  await Promise.all(Object.entries(CASES).map(([name, text]) => writeFile(join(dir, `${name}.yaml`), text)));
  for (const name of ['bedrud', 'arc', 'arc-development', 'compose', 'embedded-turn', 'good']) {
    await copyFile(join(FIXTURES, `${name}.yaml`), join(dir, `${name}.yaml`));
  }
  const script = join(import.meta.dirname, 'livekit-files.ts');
  const shares = Array.from({ length: SHARES }, (_, share) =>
    runIsolated<Record<string, string>>(script, dir, String(share), String(SHARES)),
  );
  said = Object.assign({}, ...(await Promise.all(shares)));
});
afterAll(() => rm(dir, { recursive: true }));

test('what check --files says of a start is what livekit-server does', async () => {
  const seen = Object.entries(said).map(([name, last]) => [name, last === 'started' ? 'starts' : 'refused']);
  const judged = await Promise.all(
    Object.keys(said).map(async (name) => {
      const results = await judgeFiles(join(dir, name));
      const isRefused = results.some(
        ({ verdict, id, cause }) =>
          verdict === 'fail' && (id === 'files.yaml' || cause.includes('does not start')),
      );
      return [name, isRefused ? 'refused' : 'starts'];
    }),
  );
  expect(Object.fromEntries(judged), JSON.stringify(said, null, 2)).toEqual(Object.fromEntries(seen));
});
