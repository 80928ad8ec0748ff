import { expect, test } from 'vitest';
import { type ChoiceSources, choosePersona, requirePersona } from '../../src/persona/choose.ts';
import { createPersonaStore, type PersonaStore } from '../../src/persona/store.ts';

const nothing = { debug: () => {}, info: () => {}, warn: () => {} };

async function storeOf(...names: string[]): Promise<PersonaStore> {
  const store = createPersonaStore({
    dir: 'prompts',
    log: nothing,
    lastGood: { read: async () => ({}), write: async () => {} },
    readFolder: async () => new Map(names.map((name) => [`${name}.md`, `I am ${name}`])),
  });
  await store.load();
  return store;
}

async function choose(sources: Partial<ChoiceSources>, store?: PersonaStore) {
  const warnings: object[] = [];
  const log = {
    ...nothing,
    warn: (fields: object, message: string) => void warnings.push({ message, ...fields }),
  };
  const { persona, variables, reason } = choosePersona(store ?? (await storeOf('default', 'phone', 'web')), {
    dispatchMetadata: '',
    roomMetadata: '',
    fallback: 'default',
    log,
    ...sources,
  });
  return { name: persona.name, variables, reason, warnings };
}

test('the dispatch wins over the room, the room over the configuration', async () => {
  const dispatchMetadata = '{"prompt":"phone"}';
  const roomMetadata = '{"prompt":"web"}';
  expect(await choose({ dispatchMetadata, roomMetadata })).toMatchObject({
    name: 'phone',
    reason: 'dispatch metadata',
  });
  expect(await choose({ roomMetadata })).toMatchObject({ name: 'web', reason: 'room metadata' });
  expect(await choose({})).toMatchObject({ name: 'default', reason: 'configuration', warnings: [] });
  expect(await choose({ dispatchMetadata: undefined, roomMetadata: undefined })).toMatchObject({
    name: 'default',
  });
});

test.each(['phone', ' phone\n', '"phone"', '{"prompt": "phone"}'])(
  '%j names the phone prompt',
  async (metadata) => {
    expect(await choose({ dispatchMetadata: metadata })).toMatchObject({ name: 'phone', warnings: [] });
  },
);

test('variables of room and dispatch are texts, and the dispatch wins', async () => {
  const { variables, name } = await choose({
    dispatchMetadata: '{"variables": {"name": "Aisyah", "floor": 3, "vip": true}}',
    roomMetadata: '{"prompt": "web", "variables": {"name": "Ali", "city": "Ipoh"}, "theirs": [1]}',
  });
  expect(name).toBe('web');
  expect(variables).toEqual({ name: 'Aisyah', city: 'Ipoh', floor: '3', vip: 'true' });
});

test('an unknown name falls through with a warning that says who asked and what there is', async () => {
  expect(await choose({ dispatchMetadata: 'sales', roomMetadata: 'phone' })).toMatchObject({
    name: 'phone',
    reason: 'room metadata',
    warnings: [
      {
        message: 'prompt is unknown',
        source: 'dispatch metadata',
        asked: 'sales',
        known: ['default', 'phone', 'web'],
      },
    ],
  });
});

test('a call is answered even when no named prompt exists', async () => {
  const result = await choose({ dispatchMetadata: 'a', fallback: 'b' }, await storeOf('only'));
  expect(result).toMatchObject({ name: 'only', reason: 'no named prompt exists; first of the folder' });
  expect(result.warnings).toHaveLength(2);
});

test.each([
  '{"prompt":',
  '[]',
  'null',
  '42',
  '+60 12-345 6789',
  '601234567',
  'two words',
  '"two words"',
  '{"customer": {"id": 7}}',
  '\u0000',
  'a'.repeat(60_000),
])("somebody else's metadata (%.20s) is passed over without a word", async (metadata) => {
  expect(await choose({ dispatchMetadata: metadata, roomMetadata: metadata })).toEqual({
    name: 'default',
    variables: {},
    reason: 'configuration',
    warnings: [],
  });
});

test('values of the wrong kind are left out and named, and the rest counts', async () => {
  const metadata = { prompt: 7, variables: { name: 'Ali', list: [1], none: null, nested: { a: 1 } } };
  expect(await choose({ dispatchMetadata: JSON.stringify(metadata) })).toMatchObject({
    name: 'default',
    variables: { name: 'Ali' },
    warnings: [
      {
        source: 'dispatch metadata',
        ignored: ['prompt', 'variables.list', 'variables.none', 'variables.nested'],
      },
    ],
  });
  const { warnings } = await choose({ roomMetadata: '{"prompt": "../x y", "variables": "Ali"}' });
  expect(warnings).toMatchObject([{ source: 'room metadata', ignored: ['prompt', 'variables'] }]);
});

test('the configured prompt can be required before any call', async () => {
  const store = await storeOf('default', 'phone');
  expect(requirePersona(store, 'phone').name).toBe('phone');
  expect(() => requirePersona(store, 'fone')).toThrow(
    expect.objectContaining({
      message: 'PROMPT=fone: no such prompt',
      hint: 'set PROMPT to one of: default, phone',
    }),
  );
});

test('metadata beyond 64 KB is not read, and that is said', async () => {
  const dispatchMetadata = JSON.stringify({ prompt: 'phone', variables: { note: 'x'.repeat(65_536) } });
  const { name, variables, warnings } = await choose({ dispatchMetadata });
  expect([name, variables]).toEqual(['default', {}]);
  const bytes = dispatchMetadata.length;
  expect(warnings).toEqual([
    { message: 'metadata is too long, and is not read', source: 'dispatch metadata', bytes, most: 65_536 },
  ]);
});

test('of many variables a hundred are taken; deep values are none', async () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`v${n}`, 1]));
  const { variables, warnings } = await choose({ roomMetadata: JSON.stringify({ variables: many }) });
  expect(Object.keys(variables)).toHaveLength(100);
  expect(warnings).toMatchObject([{ variables: 5000, most: 100 }]);
  const deep = `{"variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)},"b":"c"}}`;
  expect((await choose({ roomMetadata: deep })).variables).toEqual({ b: 'c' });
});

test('attributes of the dispatch choose prompt and variables where its metadata does not, before the room does', async () => {
  const dispatchAttributes = { prompt: 'web', name: 'Aisyah', plan: 'gold' };
  const roomMetadata = '{"prompt":"default","variables":{"name":"Nobody","floor":"3"}}';
  expect(await choose({ dispatchAttributes, roomMetadata })).toEqual({
    name: 'web',
    reason: 'dispatch attributes',
    variables: { name: 'Aisyah', plan: 'gold', floor: '3' },
    warnings: [],
  });
  const dispatchMetadata = '{"prompt":"phone","variables":{"plan":"blue"}}';
  expect(await choose({ dispatchAttributes, dispatchMetadata })).toMatchObject({
    name: 'phone',
    variables: { name: 'Aisyah', plan: 'blue' },
  });
  expect((await choose({ dispatchAttributes: { prompt: '0123' } })).warnings).toMatchObject([
    { source: 'dispatch attributes', ignored: ['prompt'] },
  ]);
});
