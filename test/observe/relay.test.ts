import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallFact } from '../../src/observe/facts.ts';
import { type Relay, receiveFacts, sendFacts } from '../../src/observe/relay.ts';

let dir: string;
let path: string;
let relay: Relay | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'relay-'));
  path = join(dir, 'facts.sock');
});
afterEach(async () => {
  await relay?.close();
  relay = undefined;
  await rm(dir, { recursive: true });
});

const dropped = (reason: string): CallFact => ({ fact: 'transcript-dropped', reason });

test('facts of several call processes arrive, each one’s in order', async () => {
  const facts: CallFact[] = [];
  const all = new Promise<void>((resolve) => {
    receiveFacts(path, (fact) => {
      facts.push(fact);
      if (facts.length === 4) resolve();
    }).then((started) => {
      relay = started;
      const [one, two] = [sendFacts(path), sendFacts(path)];
      for (const reason of ['1', '2']) one(dropped(reason));
      for (const reason of ['3', '4']) two(dropped(reason));
    });
  });
  await all;
  const reasons = facts.map((fact) => ('reason' in fact ? fact.reason : ''));
  expect(reasons.filter((reason) => reason < '3')).toEqual(['1', '2']);
  expect([...reasons].sort()).toEqual(['1', '2', '3', '4']);
});

test('garbage from a local process is dropped, and what follows is heard', async () => {
  const heard = new Promise<CallFact>((resolve) => {
    receiveFacts(path, resolve).then(async (started) => {
      relay = started;
      const socket = connect(path);
      await once(socket, 'connect');
      socket.end(`not json\n[]\n42\n${'x'.repeat(5000)}\n${JSON.stringify(dropped('after'))}\n`);
    });
  });
  expect(await heard).toEqual(dropped('after'));
});

test('without a worker to hear it, stating a fact does nothing and throws nothing', () => {
  const report = sendFacts(join(dir, 'nobody.sock'));
  expect(() => report(dropped('lost'))).not.toThrow();
});

test('a socket left by a worker that died is replaced', async () => {
  relay = await receiveFacts(path, () => {});
  await relay.close();
  relay = await receiveFacts(path, () => {});
  expect(relay).toBeDefined();
});

test('a fact that lacks its parts harms nobody', async () => {
  const heard = new Promise<CallFact>((resolve) => {
    const report = (fact: CallFact) => {
      if (fact.fact === 'turn') for (const part of Object.keys(fact.parts)) expect(part).toBeDefined();
      else resolve(fact);
    };
    receiveFacts(path, report).then(async (started) => {
      relay = started;
      const socket = connect(path);
      await once(socket, 'connect');
      socket.end(`{"fact":"turn"}\n${JSON.stringify(dropped('after'))}\n`);
    });
  });
  expect(await heard).toEqual(dropped('after'));
});
