import { configOf, listenersOf, stunnerGateways } from './gateways.ts';
import type { Manifest } from './manifest.ts';
import { type LiveKitSetup, turnServersOf } from './setups.ts';
import type { ObjectRemark, Rule, Say, World } from './world.ts';

/** Whether what LiveKit tells its callers of the relay is what the relay is. */
export const judgeTurnServers: Rule = (world, say) => {
  const gateways = stunnerGateways(world);
  if (gateways.length === 0) return;
  for (const setup of world.liveKits) {
    if (!setup.config) continue;
    unknownDoors(setup, gateways, say);
    untoldDoors(setup, gateways, say);
    for (const gateway of gateways) credentials(setup, configOf(gateway, world), world, say);
  }
};

const doorOf = (protocol: string, port: number) => `${protocol.toLowerCase()} ${port}`;

/** `udp 3478` for a listener of TURN-UDP 3478. */
const doorsOf = (gateways: readonly Manifest[]) =>
  gateways.flatMap((gateway) =>
    listenersOf(gateway).map((listener) => ({
      ...listener,
      gateway,
      door: doorOf(listener.protocol.replace(/^TURN-/, ''), listener.port),
    })),
  );

function at({ config, object }: LiveKitSetup): Pick<ObjectRemark, 'object' | 'path'> {
  return { object: config?.object ?? object, path: config?.path ?? [] };
}

function unknownDoors(setup: LiveKitSetup, gateways: readonly Manifest[], say: Say): void {
  const addresses = new Set(gateways.flatMap((one) => one.text('spec', 'addresses', 0, 'value') || []));
  const doors = doorsOf(gateways).map(({ door }) => door);
  for (const { host, port, protocol, index } of turnServersOf(setup)) {
    // Another relay than this one has doors of its own.
    if (addresses.size > 0 && !addresses.has(host)) continue;
    if (port === 0 || doors.includes(doorOf(protocol, port))) continue;
    say({
      ...{ rule: 'turn-server-listener', verdict: 'fail', ...at(setup) },
      happens: `rtc.turn_servers[${index}] tells callers ${protocol} ${port} of ${host}, where no Gateway listens; there is ${doors.join(', ')}`,
      fix: `a listener in the Gateway:\n- {name: ${protocol}, port: ${port}, protocol: TURN-${protocol.toUpperCase()}}\nor the port of one that is there, in rtc.turn_servers[${index}].port`,
    });
  }
}

function untoldDoors(setup: LiveKitSetup, gateways: readonly Manifest[], say: Say): void {
  const told = turnServersOf(setup).map(({ protocol, port }) => doorOf(protocol, port));
  if (told.length === 0) {
    say({
      ...{ rule: 'turn-server-missing', verdict: 'fail', ...at(setup) },
      happens: 'rtc.turn_servers is empty: no caller is told of the relay',
      fix: `rtc:\n  turn_servers:\n${doorsOf(gateways)
        .map(({ gateway, door }) => {
          const [protocol, port] = door.split(' ');
          const host = gateway.text('spec', 'addresses', 0, 'value') || '<its address>';
          return `    - {host: ${host}, port: ${port}, protocol: ${protocol}, secret_file: …}`;
        })
        .join('\n')}`,
    });
    return;
  }
  for (const { gateway, index, door } of doorsOf(gateways)) {
    if (told.includes(door)) continue;
    const [protocol, port] = door.split(' ');
    say({
      ...{
        rule: 'turn-server-untold',
        verdict: 'warn',
        object: gateway,
        path: ['spec', 'listeners', index],
      },
      happens: `no caller is told of ${door}: it is not in LiveKit’s rtc.turn_servers`,
      fix: `rtc:\n  turn_servers:\n    - {host: ${gateway.text('spec', 'addresses', 0, 'value') || '<its address>'}, port: ${port}, protocol: ${protocol}, …}`,
    });
  }
}

/** How the relay wants callers to prove themselves: in the GatewayConfig, or in the Secret that it names. */
function wanted(config: Manifest, world: World): { type: string; username?: string; password?: string } {
  const ref = config.text('spec', 'authRef', 'name');
  const namespace = config.text('spec', 'authRef', 'namespace') || config.namespace;
  const secret = ref === '' ? undefined : world.find('Secret', ref, namespace);
  const get = (key: string, inline: string): string => {
    if (ref === '') return config.text('spec', inline);
    const encoded = secret?.text('data', key) ?? '';
    return secret?.text('stringData', key) || Buffer.from(encoded, 'base64').toString();
  };
  const type = get('type', 'authType') || (ref === '' ? 'static' : '');
  return {
    type: { plaintext: 'static', longterm: 'ephemeral' }[type] ?? type,
    username: get('username', 'userName'),
    password: get('password', 'password'),
  };
}

function credentials(setup: LiveKitSetup, config: Manifest | undefined, world: World, say: Say): void {
  if (!config) return;
  const { type, username, password } = wanted(config, world);
  for (const server of turnServersOf(setup)) {
    const has = server.hasSecret ? 'ephemeral' : 'static';
    const refused = `the relay refuses every caller`;
    const where = `rtc.turn_servers[${server.index}]`;
    if (type !== '' && type !== has) {
      say({
        ...{ rule: 'turn-server-credentials', verdict: 'fail', ...at(setup) },
        happens: `${where} gives ${has} credentials, and GatewayConfig ${config.name} wants ${type}: ${refused}`,
        fix:
          type === 'ephemeral'
            ? `in ${where}: secret_file: <file of the relay’s shared secret>, in place of username and credential`
            : `in ${where}: username and credential of the relay, in place of secret`,
      });
    } else if (has === 'static' && isOther(username, server.username, password, server.credential)) {
      say({
        ...{ rule: 'turn-server-credentials', verdict: 'fail', ...at(setup) },
        happens: `username and credential of ${where} are not those of GatewayConfig ${config.name}: ${refused}`,
        fix: `give ${where} and GatewayConfig ${config.name} the same pair`,
      });
    }
  }
}

/** Not where one of them is not known, or comes from a variable. */
function isOther(...[name, toldName, password, toldPassword]: unknown[]): boolean {
  const differ = (a: unknown, b: unknown) =>
    Boolean(a) && Boolean(b) && a !== b && !/the-value-of-|\$/.test(String(b));
  return differ(name, toldName) || differ(password, toldPassword);
}
