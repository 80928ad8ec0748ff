import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DialFlags, runDial } from '../../../src/phone/outbound/dial-command.ts';
import type { Dialler } from '../../../src/phone/outbound/dialler.ts';
import { runDialList } from '../../../src/phone/outbound/list/list-command.ts';
import type { CallOrder, PlacedCall } from '../../../src/phone/outbound/place-call.ts';
import { configFrom } from '../../helpers/config.ts';
import { perTest } from '../../helpers/per-test.ts';

const SETUP = 'outbound: { main: { address: a.test, numbers: ["+60312340000"], allowedPrefixes: ["+603"] } }';
const own = perTest(
  async () => ({ dir: await mkdtemp(join(tmpdir(), 'dial-')) }),
  ({ dir }) => rm(dir, { recursive: true, force: true }),
);

async function commands(result: PlacedCall['result'] = 'answered') {
  await writeFile(join(own.dir, 'reminder.md'), 'You remind {{name | them}}.');
  await writeFile(join(own.dir, 'phone.yaml'), SETUP);
  const config = configFrom({
    PROMPTS_DIR: own.dir,
    PROMPT: 'reminder',
    PHONE_SETUP: join(own.dir, 'phone.yaml'),
    LOG_LEVEL: 'fatal',
  });
  const [ordered, printed]: [CallOrder[], string[]] = [[], []];
  const dialler: Dialler = {
    async dial(order) {
      ordered.push(order);
      return { room: 'r', trunk: 'main', result, wasDialled: true, rangMs: 5 };
    },
  };
  const parts = { dialler, print: (text: string) => void printed.push(text) };
  return {
    ...{ ordered, printed },
    dial: (flags: Partial<DialFlags> = {}) => runDial(config, '+60312345678', { var: [], ...flags }, parts),
    async list(csv: string, more: object = {}) {
      const file = join(own.dir, 'calls.csv');
      await writeFile(file, csv);
      const signal = new AbortController().signal;
      return runDialList(config, { file, atOnce: 2, attempts: 3, ...more }, { ...parts, signal });
    },
  };
}

test('a number is called with its variables, and what came of it is printed and the exit code', async () => {
  const answered = await commands();
  expect(await answered.dial({ prompt: 'reminder', var: ['name=Lim=Ah Kow'] })).toBe(0);
  expect(answered.ordered).toMatchObject([{ to: '+60312345678', variables: { name: 'Lim=Ah Kow' } }]);
  expect(JSON.parse(answered.printed.join())).toMatchObject({ result: 'answered', rangMs: 5 });
  expect(await (await commands('busy')).dial()).toBe(1);
});

test('a flag that cannot be used is named, and nobody is called', async () => {
  const { dial, ordered } = await commands();
  await expect(dial({ var: ['name'] })).rejects.toThrow('--var name: want name=value');
  await expect(dial({ prompt: 'sale' })).rejects.toMatchObject({ hint: 'known: reminder' });
  expect(ordered).toEqual([]);
});

test('a list is called once, whatever number of runs; a dry run calls nobody', async () => {
  const { list, ordered, printed } = await commands();
  const csv = 'number,name\n+60312345678,Lim\n+60312345679,Siti\n';
  expect(await list(csv, { dryRun: true })).toBe(0);
  expect(ordered).toEqual([]);
  expect(await list(csv)).toBe(0);
  expect(await list(csv)).toBe(0);
  // Two at once, in any order.
  expect(ordered.map(({ to, variables }) => `${to} ${variables?.name}`).sort()).toEqual([
    '+60312345678 Lim',
    '+60312345679 Siti',
  ]);
  expect(printed).toEqual(['{"numbers":2}', '{"answered":2}', '{"answered":2}']);
});
