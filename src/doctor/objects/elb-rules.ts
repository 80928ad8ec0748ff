import { isObject } from '../../openai/extra-body.ts';
import { listenersOf, serviceAnnotations, stunnerGateways, TURN_PROTOCOLS } from './gateways.ts';
import type { Manifest } from './manifest.ts';
import type { Rule, Say, World } from './world.ts';

const ELB = 'kubernetes.io/elb.';
const ID = `${ELB}id`;
const CLASS = `${ELB}class`;
const FLAG = `${ELB}health-check-flag`;
const OPTION = `${ELB}health-check-option`;
const OPTIONS = `${ELB}health-check-options`;

/**
 * Annotations of Huawei CCE's load balancer, on a Service or on the Gateway that STUNner copies them from. From CCE's
 * pages cce_10_0385 (annotations) and cce_10_0684 (health checks of each port).
 */
export const judgeElb: Rule = (world, say) => {
  for (const one of balanced(world)) {
    if (!Object.keys(one.annotations).some((key) => key.startsWith(ELB))) continue;
    const remark = remarkOn(one.object, say);
    identity(one, remark);
    healthChecks(one, remark);
  }
};

interface Balanced {
  object: Manifest;
  annotations: Readonly<Record<string, string>>;
  /** Such as `UDP:3478`. */
  ports: readonly string[];
}

function balanced(world: World): Balanced[] {
  const gateways = stunnerGateways(world);
  const services = world.all('Service').filter((one) => one.text('spec', 'type') === 'LoadBalancer');
  // The Gateway's own says nothing that the Gateway does not say.
  const own = services.filter((one) => !gateways.some((gateway) => gateway.name === one.name));
  return [
    ...gateways.map((gateway) => ({
      object: gateway,
      annotations: serviceAnnotations(gateway, world),
      ports: listenersOf(gateway).flatMap(({ protocol, port }) =>
        TURN_PROTOCOLS[protocol] ? `${TURN_PROTOCOLS[protocol]}:${port}` : [],
      ),
    })),
    ...own.map((service) => ({
      object: service,
      annotations: service.annotations,
      ports: service
        .list('spec', 'ports')
        .map(
          (_, at) =>
            `${service.text('spec', 'ports', at, 'protocol') || 'TCP'}:${service.text('spec', 'ports', at, 'port')}`,
        ),
    })),
  ];
}

type Remark = (rule: string, verdict: 'warn' | 'fail', key: string, happens: string, fix: string) => void;

function remarkOn(object: Manifest, say: Say): Remark {
  return (rule, verdict, key, happens, fix) => {
    const path = ['metadata', 'annotations', ...(key in object.annotations ? [key] : [])];
    say({ rule, verdict, object, path, happens, fix });
  };
}

function identity({ annotations }: Balanced, remark: Remark): void {
  const id = annotations[ID];
  if (id === undefined) return;
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) {
    const happens = `${JSON.stringify(id)} is no id of a load balancer: CCE finds none, and the Service stays without an address`;
    remark('elb-id', 'fail', ID, happens, `${ID}: "<ID from the load balancer’s page in the console>"`);
  }
  if (annotations[CLASS] === undefined) {
    const happens =
      'without its class CCE takes the load balancer for a shared one (union), and refuses a dedicated one';
    remark('elb-class', 'warn', ID, happens, `${CLASS}: performance   # dedicated; union: shared`);
  }
}

function healthChecks({ annotations, ports }: Balanced, remark: Remark): void {
  const { [OPTION]: one, [OPTIONS]: each, [FLAG]: flag } = annotations;
  const tell = (verdict: 'warn' | 'fail', key: string, happens: string, fix = rightOptions(ports)) =>
    remark('elb-health-check', verdict, key, happens, fix);
  if (flag === 'off') return;
  if (one !== undefined && each !== undefined) {
    tell('fail', OPTION, `CCE refuses ${OPTION} and ${OPTIONS} together`, `remove ${OPTION}`);
  } else if (one === undefined && each === undefined) {
    const isWanted = flag === 'on' ? ', which CCE wants where it is on' : '';
    if (flag === 'on' || udpOf(ports) !== '')
      tell(
        flag === 'on' ? 'fail' : 'warn',
        FLAG,
        `there is no option for the health check${isWanted}; a UDP port wants a UDP check, or the load balancer takes the relay for dead and drops what callers send`,
      );
  } else {
    const fault = each === undefined ? faultOfOne(one ?? '', ports) : faultOfEach(each, ports);
    if (fault) tell('fail', each === undefined ? OPTION : OPTIONS, fault);
    const left = each === undefined || fault ? [] : ports.filter((port) => !each.includes(`"${port}"`));
    if (left.length > 0) tell('warn', OPTIONS, `${left.join(', ')} has no health check of its own`);
  }
}

const udpOf = (ports: readonly string[]) => ports.filter((port) => port.startsWith('UDP:')).join(', ');

function rightOptions(ports: readonly string[]): string {
  const options = ports.map((port) => ({ target_service_port: port, protocol: port.split(':', 1)[0] }));
  return `${FLAG}: "on"\n${OPTIONS}: '${JSON.stringify(options)}'`;
}

function faultOfOne(text: string, ports: readonly string[]): string | undefined {
  const option = parsed(text);
  if (!isObject(option)) return 'it is not JSON: CCE refuses it';
  const protocol = String(option.protocol ?? 'TCP').toUpperCase();
  if (udpOf(ports) === '' || protocol === 'UDP') return undefined;
  return `it checks ${udpOf(ports)} by ${protocol}; a UDP port wants a UDP check`;
}

function faultOfEach(text: string, ports: readonly string[]): string | undefined {
  const options = parsed(text);
  if (!Array.isArray(options)) return 'it is not a JSON list: CCE refuses it';
  const seen = new Set<string>();
  for (const option of options) {
    const target = isObject(option) ? String(option.target_service_port ?? '') : '';
    const protocol = isObject(option) ? String(option.protocol ?? '').toUpperCase() : '';
    if (target === '') return 'an entry without target_service_port: CCE refuses it';
    if (seen.has(target)) return `two entries have the target_service_port ${target}: CCE refuses it`;
    seen.add(target);
    if (!ports.includes(target)) return `there is no port ${target}; there is ${ports.join(', ')}`;
    if (target.startsWith('UDP:') !== (protocol === 'UDP'))
      return `${target} is checked by ${protocol || 'nothing'}: a UDP port wants UDP, a TCP port TCP or HTTP`;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
