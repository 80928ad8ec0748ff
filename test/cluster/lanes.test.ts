import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planLanes } from './lanes.ts';

const filesOf = async (...names: string[]) => (await planLanes(names)).map(({ files }) => files);

test('each test file is in one lane, and what compares sound has its own', async () => {
  const lanes = await filesOf();
  expect(lanes).toHaveLength(2);
  expect(lanes[0]).toEqual(['test/cluster/media.cluster.ts']);
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.cluster.ts'));
  expect(lanes.flat().sort()).toEqual(files.map((file) => `test/cluster/${file}`).sort());
});

test('a lane with none of the files that were named is not run; a name of no file is refused', async () => {
  expect(await filesOf('operator', 'node')).toEqual([
    expect.arrayContaining(['test/cluster/operator.cluster.ts', 'test/cluster/node.cluster.ts']),
  ]);
  await expect(planLanes(['media', 'operater'])).rejects.toThrow('No cluster test is called operater');
});
