import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filesOf } from './files.ts';

test('without names all test files are run', async () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.cluster.ts'));
  expect(await filesOf([])).toEqual(files.map((file) => `test/cluster/${file}`));
});

test('only those that were named are run; a name of no file is refused', async () => {
  expect((await filesOf(['operator', 'node'])).toSorted()).toEqual([
    'test/cluster/node.cluster.ts',
    'test/cluster/operator.cluster.ts',
  ]);
  await expect(filesOf(['media', 'operater'])).rejects.toThrow('No cluster test is called operater');
});
