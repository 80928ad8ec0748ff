import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBuiltIn } from '../standin/start.ts';
import { caseOf } from './cases/all.ts';
import type { Fixture } from './fixture.ts';
import { fixtureText, parseFixture } from './fixture.ts';
import { recordOne } from './record.ts';
import { replayServer } from './replay.ts';

const STAND_IN = { server: 'stand-in-0', model: 'stand-in-llm', voice: 'alloy', stages: [] };

async function replayed(fixture: Fixture) {
  const server = await replayServer(fixture);
  onTestFinished(() => server.close());
  const { model, voice = '' } = fixture;
  const outcome = await caseOf(fixture.case).run({ baseUrl: server.baseUrl, model, voice });
  expect(server.unexpected).toEqual([]);
  return JSON.parse(JSON.stringify(outcome));
}

test.each([
  'chat.answer',
  'chat.refused-zero-tokens',
  'speech.wav',
  'speech.left',
  'batch.transcript',
  'sse.transcript',
  'realtime.two',
])('%s: what was recorded is replayed', async (name) => {
  const { baseUrl } = await startBuiltIn();
  const fixture = await recordOne(caseOf(name), { ...STAND_IN, baseUrl });
  expect(fixture.outcome).not.toEqual({});
  const read = parseFixture(fixtureText(fixture));
  expect(read).toEqual(fixture);
  expect(await replayed(read)).toEqual(fixture.outcome);
});

test('an answer that breaks off does so again, its pieces as they came', async () => {
  const pieces = ['data: {"choices":[{"delta":{"content":"Ni', 'ne"}}]}\n\n'];
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(pieces[0], () => setImmediate(() => response.write(pieces[1], () => response.destroy())));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const fixture = await recordOne(caseOf('chat.answer'), { ...STAND_IN, baseUrl });
  expect(fixture.exchanges).toMatchObject([{ end: 'cut', status: 200 }]);
  const [exchange] = fixture.exchanges;
  const said =
    exchange?.kind === 'http' ? exchange.chunks.map((chunk) => ('text' in chunk ? chunk.text : '')) : [];
  expect(said.join('')).toBe(pieces.join(''));
  expect(fixture.outcome).toMatchObject({ failure: 'stall', retryable: true });
  expect(await replayed(fixture)).toEqual(fixture.outcome);
});
