import { configOf, listenersOf, serviceAnnotations, stunnerGateways, TURN_PROTOCOLS } from './gateways.ts';
import type { Manifest } from './manifest.ts';
import type { Rule, Say, World } from './world.ts';

export const MIXED = 'stunner.l7mp.io/enable-mixed-protocol-lb';

/** What of the relay's Gateways keeps callers from it. Facts are from STUNner's documentation and operator. */
export const judgeGateways: Rule = (world, say) => {
  const gateways = stunnerGateways(world);
  for (const gateway of gateways) {
    classOf(gateway, world, say);
    listeners(gateway, say);
    mixed(gateway, world, say);
  }
  for (const config of world.all('GatewayConfig')) authentication(config, world, say);
};

function classOf(gateway: Manifest, world: World, say: Say): void {
  const name = gateway.text('spec', 'gatewayClassName');
  const others = world.all('GatewayClass').map((one) => one.name);
  const found = world.find('GatewayClass', name, '');
  const remark = { rule: 'gateway-class', verdict: 'fail', object: gateway } as const;
  if (!found && (others.length > 0 || world.isWhole('GatewayClass', ''))) {
    say({
      ...remark,
      path: ['spec', 'gatewayClassName'],
      happens: `there is no GatewayClass ${name}: no operator takes this Gateway, and no relay comes up`,
      fix: `gatewayClassName: ${others[0] ?? '<name of STUNner’s GatewayClass>'}`,
    });
  }
  if (!found || configOf(gateway, world)) return;
  const config = found.text('spec', 'parametersRef', 'name');
  const namespace = found.text('spec', 'parametersRef', 'namespace');
  if (world.all('GatewayConfig').length === 0 && !world.isWhole('GatewayConfig', namespace)) return;
  say({
    ...remark,
    object: found,
    path: ['spec', 'parametersRef'],
    happens: `there is no GatewayConfig ${config} in namespace ${namespace || '(none named)'}: the relay has no credentials, and does not start`,
    fix: `parametersRef: {group: stunner.l7mp.io, kind: GatewayConfig, name: ${world.all('GatewayConfig')[0]?.name ?? '…'}, namespace: ${gateway.namespace || '…'}}`,
  });
}

function listeners(gateway: Manifest, say: Say): void {
  const names = new Set<string>();
  for (const { index, name, protocol } of listenersOf(gateway)) {
    const path = ['spec', 'listeners', index];
    if (names.has(name)) {
      say({
        ...{ rule: 'gateway-listener', verdict: 'fail', object: gateway, path: [...path, 'name'] },
        happens: `two listeners are named ${name}: Kubernetes refuses the Gateway`,
        fix: `name: ${name}-2`,
      });
    }
    names.add(name);
    if (protocol in TURN_PROTOCOLS) continue;
    const meant = `TURN-${protocol.toUpperCase()}`;
    say({
      ...{ rule: 'gateway-protocol', verdict: 'fail', object: gateway, path: [...path, 'protocol'] },
      happens: `STUNner knows ${Object.keys(TURN_PROTOCOLS).join(', ')}, not ${protocol || 'nothing'}: no relay listens here`,
      fix: `protocol: ${meant in TURN_PROTOCOLS ? meant : 'TURN-UDP'}`,
    });
  }
}

/** Without the annotation the Service takes the protocol of the first listener, and every status says that all is well. */
function mixed(gateway: Manifest, world: World, say: Say): void {
  const all = listenersOf(gateway);
  const first = TURN_PROTOCOLS[all[0]?.protocol ?? ''];
  const left = all.filter(({ protocol }) => TURN_PROTOCOLS[protocol] !== first && protocol in TURN_PROTOCOLS);
  if (left.length === 0 || serviceAnnotations(gateway, world)[MIXED] === 'true') return;
  const doors = left.map(({ protocol, port }) => `${TURN_PROTOCOLS[protocol]} ${port}`).join(', ');
  say({
    ...{ rule: 'gateway-mixed', verdict: 'fail', object: gateway, path: ['metadata', 'annotations'] },
    happens: `STUNner gives the load balancer the protocol of the first listener alone: ${doors} is missing from the Service, though every status is True${first === 'UDP' ? '; callers whose network stops UDP hear nothing' : ''}`,
    fix: `metadata:\n  annotations:\n    ${MIXED}: "true"`,
  });
}

const OLD_NAMES: Readonly<Record<string, string>> = { plaintext: 'static', longterm: 'ephemeral' };

function authentication(config: Manifest, world: World, say: Say): void {
  const type = config.text('spec', 'authType');
  const current = OLD_NAMES[type];
  // A cluster's API says so itself where nothing was written.
  if (current && !world.isWhole(config.kind, config.namespace)) {
    say({
      ...{ rule: 'gatewayconfig-auth', verdict: 'warn', object: config, path: ['spec', 'authType'] },
      happens: `${type} is the old name of ${current}, and works`,
      fix: `authType: ${current}`,
    });
  }
  const secret = config.text('spec', 'authRef', 'name');
  const namespace = config.text('spec', 'authRef', 'namespace') || config.namespace;
  if (secret !== '' && world.isWhole('Secret', namespace) && !world.find('Secret', secret, namespace)) {
    say({
      ...{ rule: 'gatewayconfig-auth', verdict: 'fail', object: config, path: ['spec', 'authRef'] },
      happens: `there is no Secret ${secret} in namespace ${namespace}: the relay has no credentials`,
      fix: `kubectl -n ${namespace} create secret generic ${secret} --from-literal=type=ephemeral --from-literal=secret=$(openssl rand -base64 32)`,
    });
  }
}
