import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { traceIdOf } from '../../src/observe/trace/ids.ts';
import { answerAfter } from './hearing.ts';
import { type Jaeger, type JaegerSpan, startJaeger } from './jaeger.ts';
import { useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const stack = useStack({ worker: false });
/** Where it was never built here, that takes minutes. */
const BUILT_WITHIN_MS = 900_000;
let jaeger: Jaeger;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-jaeger-'));
  jaeger = await startJaeger(dir);
}, BUILT_WITHIN_MS);
afterAll(async () => {
  await jaeger.stop();
  await rm(dir, { recursive: true, force: true });
});

const tag = ({ tags }: JaegerSpan, name: string) => tags.find(({ key }) => key === name)?.value;

test('Jaeger shows a call: its turns, what was waited for in each, and the requests that were made', async () => {
  const { standIn, callers, startProgram } = stack();
  const worker = startProgram('start', { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl, LOG_LEVEL: 'info' });
  await worker.logged('worker registered');
  standIn.answerTranscription(() => 'Is my umbrella repaired?');
  standIn.control({ llm: { always: 'Your umbrella waits at desk nineteen.' } });
  const caller = await callers.call({ room: 'orchid-5', identity: 'siti-0123456789' });
  const { startedAtMs } = await caller.speak(await utterance('Is my umbrella repaired?'));
  await answerAfter(caller, startedAtMs);
  const { url } = await worker.logged('health listening');
  const seen = await Promise.all(
    ['metrics', 'status'].map(async (path) => (await fetch(`${url}/${path}`)).text()),
  );
  expect(JSON.parse(seen[1] ?? '')).toMatchObject({
    slotsUsed: 1,
    calls: [{ turns: 1, prompt: 'default', via: 'web' }],
  });
  await callers.leave();
  const over = await worker.logged('call ended');
  const answered = await worker.logged('turn answered');

  const { spans, processes } = await jaeger.trace(traceIdOf(String(over.callId)), 'call', 15_000);
  const [call, turn] = ['call', 'turn'].map((name) => spans.find((span) => span.operationName === name));
  if (!call || !turn) throw new Error(`no call or no turn among ${spans.map((span) => span.operationName)}`);
  expect(processes[call.processID]?.serviceName).toBe('voice-agent');
  expect(turn.references[0]?.spanID).toBe(call.spanID);
  expect(turn.duration / 1000).toBeCloseTo(Number(answered.totalMs), 0);
  const children = spans.filter(({ references }) => references[0]?.spanID === turn.spanID);
  const path = children.filter((span) => tag(span, 'voice_agent.critical_path') === true);
  const sumMs = path.reduce((sum, { duration }) => sum + duration / 1000, 0);
  expect(Math.abs(sumMs - turn.duration / 1000)).toBeLessThanOrEqual(20);
  expect(path.map((span) => span.operationName)).toEqual(
    expect.arrayContaining(['stt', 'end of turn', 'llm', 'first clause', 'tts', 'playout']),
  );
  const used = children.filter((span) => tag(span, 'voice_agent.result') === 'used');
  expect(used.map((span) => tag(span, 'voice_agent.stage'))).toEqual(
    expect.arrayContaining(['stt', 'llm', 'tts']),
  );
  // At info: what was said, by whom and where, stands in no span, log line, metric or status.
  const told = [JSON.stringify(spans), JSON.stringify(worker.log), ...seen];
  for (const text of told) expect(text).not.toMatch(/umbrella|nineteen|repaired|siti|0123456789|orchid/i);
});
