/** Run by lookups.e2e.ts in a network of its own: proves that what must not happen in a call would be seen. */
import { createSocket } from 'node:dgram';
import { lookup, resolve4, setServers } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordLookups } from '../helpers/dns-recorder.ts';
import { destinations } from './netns.ts';

const dns = await recordLookups((name) => (name === 'known.test' ? ['127.0.0.1'] : undefined));
setServers(['127.0.0.1']);
const answers = await Promise.all([
  lookup('known.test').then(({ address }) => address),
  resolve4('known.test').then(([address]) => address),
  lookup('stun.l.google.com').catch(({ code }) => code),
  resolve4('unknown.livekit.cloud').catch(({ code }) => code),
]);
const before = destinations();

const sentTo = ['198.51.100.7', '203.0.113.8'];
createSocket('udp4').send('x', 3478, '198.51.100.7');
connect(443, '203.0.113.8').on('error', () => {});
if (existsSync('/proc/net/if_inet6')) {
  sentTo.push('2001:db8:1::7');
  createSocket('udp6').send('x', 3478, '2001:db8:1::7');
}
while (destinations().length < sentTo.length) await sleep(20);

const seen = { answers, names: dns.names(), before, sentTo: sentTo.sort(), after: destinations() };
process.stdout.write(JSON.stringify(seen), () => process.exit(0));
