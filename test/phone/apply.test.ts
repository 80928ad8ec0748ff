import { SIPDispatchRuleInfo, SIPInboundTrunkInfo, SIPOutboundTrunkInfo } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { applySetup, planSetup } from '../../src/phone/apply.ts';
import type { SipApi } from '../../src/phone/livekit-objects.ts';
import { describePlan } from '../../src/phone/plan.ts';
import { readSetup } from '../../src/phone/read-setup.ts';

const SETUP = `
country: 60
inbound:
  pbx: {allowedAddresses: [10.20.0.5], auth: {username: u, passwordEnv: P}}
outbound:
  out: {address: 'pbx:5060', transport: udp, numbers: ['0312345678'], auth: {username: u, passwordEnv: P}}
numbers:
  '0312345678': {prompt: billing}
  '0387654321': {headers: {Subject: {sales: sales}}}
`;

/** LiveKit's SIP API, in memory. */
class Server implements SipApi {
  inbound: SIPInboundTrunkInfo[] = [];
  outbound: SIPOutboundTrunkInfo[] = [];
  rules: SIPDispatchRuleInfo[] = [];
  #count = 0;
  #id = (kind: string) => `${kind}_${++this.#count}`;
  listSipInboundTrunk = async () => [...this.inbound];
  listSipOutboundTrunk = async () => [...this.outbound];
  listSipDispatchRule = async () => [...this.rules];
  createSipInboundTrunk: SipApi['createSipInboundTrunk'] = async (name, numbers, options = {}) => {
    const { allowedAddresses = [], metadata = '' } = options;
    const sipTrunkId = this.#id('ST');
    const info = new SIPInboundTrunkInfo({ sipTrunkId, name, numbers, allowedAddresses, metadata });
    this.inbound.push(info);
    return info;
  };
  createSipOutboundTrunk: SipApi['createSipOutboundTrunk'] = async (name, address, numbers, options) => {
    const { metadata = '' } = options ?? {};
    const info = new SIPOutboundTrunkInfo({ sipTrunkId: this.#id('ST'), name, address, numbers, metadata });
    this.outbound.push(info);
    return info;
  };
  createSipDispatchRule: SipApi['createSipDispatchRule'] = async (_rule, options = {}) => {
    const { name = '', metadata = '', trunkIds = [] } = options;
    const info = new SIPDispatchRuleInfo({ sipDispatchRuleId: this.#id('SDR'), name, metadata, trunkIds });
    this.rules.push(info);
    return info;
  };
  updateSipInboundTrunk: SipApi['updateSipInboundTrunk'] = async (id, info) => {
    this.inbound = this.inbound.map((one) => (one.sipTrunkId === id ? info : one));
    info.sipTrunkId = id;
    return info;
  };
  updateSipOutboundTrunk: SipApi['updateSipOutboundTrunk'] = async (id, info) => {
    this.outbound = this.outbound.map((one) => (one.sipTrunkId === id ? info : one));
    info.sipTrunkId = id;
    return info;
  };
  updateSipDispatchRule: SipApi['updateSipDispatchRule'] = async (id, info) => {
    this.rules = this.rules.map((one) => (one.sipDispatchRuleId === id ? info : one));
    info.sipDispatchRuleId = id;
    return info;
  };
  deleteSipTrunk: SipApi['deleteSipTrunk'] = async (id) => {
    this.inbound = this.inbound.filter(({ sipTrunkId }) => sipTrunkId !== id);
    this.outbound = this.outbound.filter(({ sipTrunkId }) => sipTrunkId !== id);
    throw new Error('no answer that is read');
  };
  deleteSipDispatchRule: SipApi['deleteSipDispatchRule'] = async (id) => {
    this.rules = this.rules.filter(({ sipDispatchRuleId }) => sipDispatchRuleId !== id);
    return new SIPDispatchRuleInfo();
  };
}

const parts = (api: SipApi, yaml = SETUP) => ({
  ...{ api, agentName: 'voice-agent', password: () => 'secret-of-the-trunk' },
  setup: readSetup('phone.yaml', yaml),
});

test('makes trunks and rules, and does nothing the second time', async () => {
  const api = new Server();
  const steps = await applySetup(parts(api));
  expect(steps.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).toEqual([
    'create inbound trunk pbx +60312345678',
    'create inbound trunk pbx +60387654321',
    'create outbound trunk out',
    'create dispatch rule +60312345678',
    'create dispatch rule +60387654321',
  ]);
  expect(await applySetup(parts(api))).toEqual([]);
});

test('every rule names its trunk, and every trunk the addresses that calls may come from', async () => {
  const api = new Server();
  await applySetup(parts(api));
  const [trunk] = api.inbound;
  expect(trunk?.allowedAddresses).toEqual(['10.20.0.5']);
  expect(trunk?.authPassword).toBe('secret-of-the-trunk');
  expect(trunk?.ringingTimeout?.seconds).toBe(20n);
  expect(api.rules.map(({ trunkIds }) => trunkIds)).toEqual(
    api.inbound.map(({ sipTrunkId }) => [sipTrunkId]),
  );
  expect(trunk?.numbers).toEqual(['+60312345678', '60312345678', '0060312345678', '0312345678']);
  const [agent] = api.rules[0]?.roomConfig?.agents ?? [];
  expect(agent?.agentName).toBe('voice-agent');
  expect(JSON.parse(agent?.metadata ?? '')).toMatchObject({
    prompt: 'billing',
    phone: { number: '+60312345678' },
  });
});

test('says what changes, never a password, and leaves what is not its own alone', async () => {
  const api = new Server();
  await applySetup(parts(api));
  const other = new SIPInboundTrunkInfo({
    sipTrunkId: 'ST_other',
    name: 'pbx +60312345678',
    numbers: ['+1'],
  });
  api.inbound.unshift(other);
  const changed = SETUP.replace('10.20.0.5', '10.20.0.6');
  const plan = await planSetup({ ...parts(api, changed), password: () => 'another' });
  const text = describePlan(plan);
  expect(text).toContain('change inbound trunk pbx +60312345678\n    ');
  expect(text).toContain('allowedAddresses: ["10.20.0.5"] → ["10.20.0.6"]');
  expect(text).toContain('    authPassword\n');
  expect(text).not.toMatch(/secret-of-the-trunk|another/);
  await applySetup(parts(api, changed));
  expect(api.inbound[0]).toBe(other);
  expect(api.inbound[1]?.allowedAddresses).toEqual(['10.20.0.6']);
});

test('deletes what the file no longer has, rules before trunks, and names what LiveKit refused', async () => {
  const api = new Server();
  await applySetup(parts(api));
  const without = "inbound: {pbx: {allowedAddresses: [10.20.0.5]}}\nnumbers: {'+60312345678': {}}";
  const plan = await planSetup(parts(api, without));
  expect(plan.map(({ action, name }) => `${action} ${name}`)).toEqual([
    'delete +60387654321',
    'delete pbx +60387654321',
    'delete out',
    'change pbx +60312345678',
    'change +60312345678',
  ]);
  await expect(applySetup(parts(api, without))).rejects.toThrow(
    'LiveKit refused to delete the inbound trunk pbx +60387654321: no answer that is read',
  );
  await expect(applySetup(parts(api, without))).rejects.toThrow('outbound trunk out');
  await applySetup(parts(api, without));
  expect(await planSetup(parts(api, without))).toEqual([]);
});
