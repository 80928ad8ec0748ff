import { isPublicStun } from '../../config/public-stun.ts';
import type { LiveKitFile } from './livekit-file.ts';

/** What decides whether sound gets through. Facts are from the source of livekit-server 1.13.3. */
export function judgeMedia(file: LiveKitFile): void {
  for (const rule of [ports, tcpFallback, externalAddress, stun, turnServers, embeddedTurn]) rule(file);
}

function ports(file: LiveKitFile): void {
  const start = file.number('rtc', 'port_range_start');
  const end = file.number('rtc', 'port_range_end');
  if (file.text('rtc', 'udp_port') !== '' && start > 0) {
    file.warn(
      ['rtc', 'udp_port'],
      `port_range_start wins: media uses ${start}–${end || 'any'}, not this port`,
      'remove rtc.udp_port, or rtc.port_range_start and port_range_end',
    );
  }
  if (start > 0 !== end > 0) {
    file.warn(
      ['rtc', start > 0 ? 'port_range_start' : 'port_range_end'],
      'half a range is none: media may use any UDP port',
      'rtc:\n  port_range_start: 50000\n  port_range_end: 60000',
    );
  }
}

/** From pkg/rtc/transportmanager.go: it does not look at `tcp_port` before it drops every UDP candidate. */
function tcpFallback(file: LiveKitFile): void {
  if (file.get('rtc', 'tcp_port') !== 0 || file.get('rtc', 'allow_tcp_fallback') === false) return;
  file.warn(
    ['rtc', 'tcp_port'],
    'a client whose UDP fails once is told to use TCP alone, which is off: it has no way left, and hears nothing',
    'rtc:\n  tcp_port: 7881\nor, to stay with UDP:\n  allow_tcp_fallback: false',
  );
}

function externalAddress(file: LiveKitFile): void {
  if (!file.isOn('rtc', 'use_external_ip')) return;
  const asked = file.list('rtc', 'stun_servers').join(', ') || 'STUN servers of Google and Twilio';
  file.warn(
    ['rtc', 'use_external_ip'],
    `at its start livekit-server asks ${asked} for its address, and ends when none answers: in a closed network it does not start`,
    'rtc:\n  use_external_ip: false\n  node_ip: <the address that callers or the relay reach>',
  );
  if (file.text('rtc', 'node_ip') !== '') {
    file.warn(
      ['rtc', 'node_ip'],
      'use_external_ip wins: this address is not used',
      'rtc:\n  use_external_ip: false',
    );
  }
}

function stun(file: LiveKitFile): void {
  file.list('rtc', 'stun_servers').forEach((server, index) => {
    const at = ['rtc', 'stun_servers', index];
    const address = String(server).replace(/^stuns?:/, '');
    if (address !== server) {
      file.warn(
        at,
        `livekit-server writes stun: before it itself: clients get stun:${server}, which no browser takes, and it cannot ask it either`,
        `- ${address}`,
      );
    } else if (!address.includes(':')) {
      file.warn(at, 'without a port livekit-server cannot ask it for its own address', `- ${address}:3478`);
    }
    if (isPublicStun(address.replace(/:\d{1,5}$/, ''))) {
      file.warn(
        at,
        'a public server: out of reach in a closed network, where each call waits for it, and it sees who calls',
        'remove it; TURN servers tell clients their address too (rtc.turn_servers)',
      );
    }
  });
  const givesOwn = file.list('rtc', 'stun_servers').length + file.list('rtc', 'turn_servers').length > 0;
  const hasTurn = file.isOn('turn', 'enabled') && file.number('turn', 'udp_port') > 0;
  if (!givesOwn && !hasTurn) {
    file.warn(
      ['rtc'],
      'clients are given no relay, and STUN servers of Google and Twilio: behind NAT without a way to this server’s UDP ports nobody hears anything',
      'rtc:\n  turn_servers:\n    - host: turn.example.com\n      port: 3478\n      protocol: udp\n      secret: <shared secret of the TURN server>',
    );
  }
}

const HOUR_S = 3600;

function turnServers(file: LiveKitFile): void {
  file.list('rtc', 'turn_servers').forEach((_, index) => {
    const at = ['rtc', 'turn_servers', index];
    const get = (key: string) => file.text(...at, key);
    const protocol = get('protocol');
    if (get('host') === '')
      file.fail(
        at,
        'without a host browsers refuse all servers of the list, and no call starts',
        'host: turn.example.com',
      );
    if (file.number(...at, 'port') === 0) {
      file.fail(
        [...at, 'port'],
        `without a port clients get turn:${get('host')}:0, and no relay`,
        `port: ${protocol === 'tls' ? 5349 : 3478}`,
      );
    }
    if (!['udp', 'tcp', 'tls'].includes(protocol)) {
      file.fail(
        [...at, 'protocol'],
        `livekit-server knows udp, tcp and tls; ${protocol === '' ? 'nothing' : protocol} is taken for tcp`,
        'protocol: udp',
      );
    }
    const hasSecret = get('secret') !== '' || get('secret_file') !== '';
    if (!hasSecret && (get('username') === '' || get('credential') === '')) {
      file.fail(
        at,
        'without credentials browsers refuse all servers of the list, and no call starts',
        'secret: <shared secret>, or username: and credential:',
      );
    }
    const ttl = file.number(...at, 'ttl');
    if (hasSecret && ttl > 0 && ttl < HOUR_S) {
      file.warn(
        [...at, 'ttl'],
        `credentials end ${ttl} s after a caller joined: a relay that checks them at each refresh ends longer calls`,
        'ttl: 14400   # the default, four hours',
      );
    }
  });
}

function embeddedTurn(file: LiveKitFile): void {
  if (!file.isOn('turn', 'enabled')) return;
  const tlsPort = file.number('turn', 'tls_port');
  if (tlsPort > 0 && tlsPort !== 443 && !file.isOn('turn', 'external_tls')) {
    file.warn(
      ['turn', 'tls_port'],
      `clients are told port 443 of ${file.text('turn', 'domain')}, whatever stands here`,
      'turn:\n  tls_port: 443\nor have a load balancer pass TCP 443 on to it',
    );
  }
  if (file.list('turn', 'allow_restricted_peer_cidrs').length === 0) {
    file.warn(
      ['turn', 'enabled'],
      'this relay refuses private addresses: where the server’s own is private (10.…, 172.16.…, 192.168.…), nothing is relayed',
      'turn:\n  allow_restricted_peer_cidrs:\n    - <the address of the server>/32',
    );
  }
  const [start, end] = [
    file.number('turn', 'relay_range_start') || 30_000,
    file.number('turn', 'relay_range_end') || 40_000,
  ];
  const [first, last] = [
    file.number('rtc', 'port_range_start') || 50_000,
    file.number('rtc', 'port_range_end') || 60_000,
  ];
  if (start <= last && first <= end) {
    file.warn(
      ['turn', 'relay_range_start'],
      `relay (${start}–${end}) and media (${first}–${last}) share ports: calls fail when both want one`,
      'turn:\n  relay_range_start: 30000\n  relay_range_end: 40000',
    );
  }
}
