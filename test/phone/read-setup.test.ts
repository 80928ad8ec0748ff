import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSetup } from '../../src/phone/read-setup.ts';

const TRUNK = 'inbound: {pbx: {allowedAddresses: [10.20.0.5]}}\n';
const read = (yaml: string) => readSetup('phone.yaml', yaml);

test('the example is sound, and its numbers are full', () => {
  const setup = read(readFileSync('src/phone/phone.example.yaml', 'utf8'));
  expect(Object.keys(setup.numbers)).toEqual(['+60312345678']);
  expect(setup.numbers['+60312345678']).toMatchObject({ trunk: 'nubitel', prompt: 'customer-service' });
  expect(setup.inbound.nubitel?.ringingTimeoutMs).toBe(20_000);
});

test('what is left out has safe values: a call rings for 20 s, nothing may be dialled', () => {
  const setup = read(
    `${TRUNK}numbers: {'+60312345678':}\noutbound: {out: {address: pbx:5060, numbers: ['+60312345678']}}`,
  );
  expect(setup.inbound.pbx).toMatchObject({ ringingTimeoutMs: 20_000, mediaTimeoutMs: 600_000 });
  expect(setup.outbound.out).toMatchObject({ allowedPrefixes: [], transport: 'auto' });
  expect(setup.numbers['+60312345678']).toMatchObject({ trunk: 'pbx', callers: {}, headers: {} });
});

test('callers are full numbers too', () => {
  const setup = read(`country: 60\n${TRUNK}numbers: {'0312345678': {callers: {012-345 6789: vip}}}`);
  expect(setup.numbers['+60312345678']?.callers).toEqual({ '+60123456789': 'vip' });
});

test.each([
  [
    'no addresses',
    'inbound: {pbx: {}}',
    /phone.yaml:1: inbound.pbx.allowedAddresses: want a list of addresses/,
  ],
  ['an empty list of them', 'inbound: {pbx: {allowedAddresses: []}}', /want at least one address/],
  [
    'every address',
    'inbound:\n  pbx:\n    allowedAddresses: [0.0.0.0/0]',
    /phone.yaml:3: .* not every one, got "0.0.0.0\/0"/,
  ],
  [
    'a key that is none',
    `${TRUNK}numbers: {'+60312345678': {promt: x}}`,
    /phone.yaml:2: unknown key "promt" in numbers.\+60312345678/,
  ],
  [
    'a number that is none',
    `${TRUNK}numbers: {'12': {}}`,
    /phone.yaml:2: numbers.12: want a full number .* or set country/,
  ],
  [
    'a number twice',
    `country: 60\n${TRUNK}numbers: {'0312345678': {}, '+60312345678': {}}`,
    /phone.yaml:3: .*\+60312345678 stands here twice/,
  ],
  [
    'a trunk that is none',
    `${TRUNK}numbers: {'+60312345678': {trunk: pxb}}`,
    /want the name of a trunk of inbound \(pbx\), got "pxb"/,
  ],
  ['a trunk without numbers', TRUNK, /phone.yaml:1: inbound.pbx: want at least one of numbers to name it/],
  [
    'a password in clear',
    'inbound: {pbx: {allowedAddresses: [10.0.0.1], auth: {username: u, password: p}}}',
    /unknown key "password"/,
  ],
  [
    'no password',
    'inbound: {pbx: {allowedAddresses: [10.0.0.1], auth: {username: u}}}',
    /want either passwordEnv/,
  ],
  [
    'a prefix without a plus',
    'outbound: {o: {address: pbx, numbers: ["+6031234567"], allowedPrefixes: ["03"]}}',
    /beginnings of numbers as E.164/,
  ],
  [
    'a day that is none',
    `${TRUNK}numbers: {'+60312345678': {hours: {timezone: UTC, open: {monday: '09:00-10:00'}}}}`,
    /phone.yaml:2: .*want days such as/,
  ],
  ['text that is no YAML', 'inbound: [', /phone.yaml:1: YAML: /],
])('names %s, where it stands', (_, yaml, message) => {
  expect(() => read(yaml)).toThrow(message);
});

test('names every fault at once, in their order', () => {
  const fault = `${TRUNK}numbers:\n  '12': {}\n  '13': {trunk: no}`;
  expect(() => read(fault)).toThrow(/phone.yaml:3: .*\n.*phone.yaml:4: .*\n/);
});
