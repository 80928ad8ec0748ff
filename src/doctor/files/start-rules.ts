import type { LiveKitFile } from './livekit-file.ts';

/**
 * What ends livekit-server 1.13.3 at its start though every key and kind is right, from its source: `ValidateKeys` of
 * pkg/config, `NewTurnServer` and `createWebhookNotifier` of pkg/service, `CreateNodeSelector` of pkg/routing/selector,
 * `SetEphemeralUDPPortRange` of pion/webrtc. `test/e2e/config-files.e2e.ts` holds it to the server itself.
 */
export function judgeStart(file: LiveKitFile): void {
  for (const rule of [keys, turn, webhook, nodeSelector, ports]) rule(file);
}

const SECRET = 'openssl rand -base64 32';

function keys(file: LiveKitFile): void {
  if (
    Object.keys(file.get('keys') ?? {}).length > 0 ||
    file.text('key_file') !== '' ||
    file.isOn('development')
  )
    return;
  file.fail(
    ['keys'],
    'livekit-server does not start without a key, unless LIVEKIT_KEYS gives one',
    `keys:\n  voice-agent: <what ${SECRET} prints>`,
  );
}

function turn(file: LiveKitFile): void {
  if (!file.isOn('turn', 'enabled')) return;
  const tlsPort = file.number('turn', 'tls_port');
  const domain = file.text('turn', 'domain');
  if (tlsPort <= 0 && file.number('turn', 'udp_port') <= 0) {
    file.fail(
      ['turn', 'enabled'],
      'livekit-server does not start: “invalid TURN ports”',
      'turn:\n  udp_port: 3478',
    );
  }
  if (tlsPort <= 0) return;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/i.test(domain)) {
    const what = domain === '' ? '“TURN domain required”' : `“TURN domain is not correct”: ${domain}`;
    file.fail(
      ['turn', 'domain'],
      `livekit-server does not start: ${what}`,
      'turn:\n  domain: turn.example.com',
    );
  }
  if (file.isOn('turn', 'external_tls')) return;
  if (file.text('turn', 'cert_file') === '' || file.text('turn', 'key_file') === '') {
    file.fail(
      ['turn', 'tls_port'],
      'livekit-server does not start: “TURN tls cert required”, unless LIVEKIT_TURN_CERT and LIVEKIT_TURN_KEY name one',
      'turn:\n  cert_file: /path/to/turn.crt\n  key_file: /path/to/turn.key\nor, behind a load balancer that ends TLS:\n  external_tls: true',
    );
  }
}

function webhook(file: LiveKitFile): void {
  if (file.list('webhook', 'urls').length === 0) return;
  const key = file.text('webhook', 'api_key');
  if (file.get('keys', key) !== undefined || file.text('key_file') !== '') return;
  file.fail(
    ['webhook', 'api_key'],
    `livekit-server does not start: ${key === '' ? 'webhooks need the name of a key' : `${key} is none of keys`}`,
    `webhook:\n  api_key: ${Object.keys(file.get('keys') ?? {})[0] ?? '<a key of keys>'}`,
  );
}

const SELECTORS = ['', 'any', 'cpuload', 'sysload', 'regionaware', 'random'];

function nodeSelector(file: LiveKitFile): void {
  const kind = file.text('node_selector', 'kind');
  if (!SELECTORS.includes(kind)) {
    file.fail(
      ['node_selector', 'kind'],
      `livekit-server does not start: it has no node selector ${kind}`,
      'node_selector:\n  kind: sysload   # or cpuload, regionaware',
    );
  }
  if (kind !== 'regionaware') return;
  const region = file.text('region');
  const regions = file
    .list('node_selector', 'regions')
    .map((_, index) => file.text('node_selector', 'regions', index, 'name'));
  if (region !== '' && (regions.length === 0 || regions.includes(region))) return;
  file.fail(
    ['region'],
    `livekit-server does not start: regionaware needs ${region === '' ? 'its own region' : `the place of ${region}`}`,
    `region: ${regions[0] ?? 'here'}   # one of node_selector.regions`,
  );
}

function ports(file: LiveKitFile): void {
  const [start, end] = [file.number('rtc', 'port_range_start'), file.number('rtc', 'port_range_end')];
  if (start === 0 || end === 0 || start <= end) return;
  file.fail(
    ['rtc', 'port_range_end'],
    `livekit-server does not start: the range of ports ends (${end}) before it begins (${start})`,
    `rtc:\n  port_range_start: ${end}\n  port_range_end: ${start}`,
  );
}
