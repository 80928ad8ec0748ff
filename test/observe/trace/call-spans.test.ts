import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import type { CallEvent, Happening } from '../../../src/observe/call-events.ts';
import { traceIdOf } from '../../../src/observe/trace/ids.ts';
import { createTracing } from '../../../src/observe/trace/tracing.ts';
import recorded from '../../fixtures/call-events.json' with { type: 'json' };
import { logInto } from '../../helpers/call-log.ts';

const CALL = 'AJ_1';

/** What OpenTelemetry's SDK would send of a call, children before their parents or after. */
async function spansOf(events: readonly CallEvent[]): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const options = {
    url: 'http://127.0.0.1:1/v1/traces',
    headers: {},
    serviceName: 'voice-agent',
    log: logInto([]),
  };
  const tracing = createTracing({ ...options, exporter });
  const { subscriber } = tracing.begin(CALL);
  for (const event of events) subscriber?.(event);
  await tracing.flush();
  return exporter.getFinishedSpans();
}

const at = (atMs: number, happening: Happening): CallEvent => ({ ...happening, callId: CALL, atMs });
const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6;
const lengthMs = ({ startTime, endTime }: ReadableSpan) => ms(endTime) - ms(startTime);
const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === name);
const childrenOf = (spans: readonly ReadableSpan[], parent: ReadableSpan | undefined) =>
  spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent?.spanContext().spanId);

/** The answer to a question whose first try was dropped, with a late transcript that was asked for twice. */
function* scripted(): Generator<CallEvent> {
  const request = { status: 200, outcome: 'answered', spanId: undefined } as const;
  const stt = { ...request, type: 'request', endpoint: 'stt', host: 'gpu:8001', model: 'whisper' } as const;
  const llm = { ...request, type: 'request', endpoint: 'llm', host: 'gpu:8000', model: 'qwen' } as const;
  const tts = { ...request, type: 'request', endpoint: 'tts', host: 'gpu', model: 'kokoro' } as const;
  yield at(900, { type: 'started', prompt: 'shop', promptHash: 'abc', via: 'web', piiCaller: 'Siti' });
  yield at(2000, { type: 'mark', mark: 'asked', attempt: 1 });
  const dropped = {
    attempt: 1,
    kind: 'first',
    sentAtMs: 2000,
    firstByteAtMs: undefined,
    outcome: 'aborted',
  } as const;
  yield at(2400, { ...llm, ...dropped, status: undefined });
  const late = { attempt: undefined, kind: 'first', sentAtMs: 3070, firstByteAtMs: undefined } as const;
  yield at(3300, { ...stt, ...late, status: undefined, outcome: 'aborted' });
  yield at(3300, { ...stt, attempt: undefined, kind: 'hedge', sentAtMs: 3200, firstByteAtMs: 3290 });
  yield at(3300, { type: 'mark', mark: 'asked', attempt: 2 });
  yield at(3520, {
    type: 'turn-ended',
    times: { lastSoundAt: 3000, pauseSeenAt: 3070, transcribedAt: 3300, endedAt: 3520 },
  });
  yield at(3520, { type: 'answer-awaited', sinceMs: 3000, endedAtMs: 3520 });
  yield at(3830, { type: 'agent-heard' });
  yield at(3900, {
    type: 'tokens-used',
    attempt: 2,
    promptTokens: 40,
    cachedTokens: 32,
    completionTokens: 7,
  });
  const used = {
    ...llm,
    attempt: 2,
    kind: 'first',
    sentAtMs: 3300,
    firstByteAtMs: 3500,
    spanId: 'f'.repeat(16),
  } as const;
  yield at(3900, used);
  yield at(4000, { ...tts, attempt: 2, kind: 'first', sentAtMs: 3600, firstByteAtMs: 3720 });
  const parts = {
    totalMs: 830,
    endpointingMs: 520,
    pauseMs: 70,
    sttMs: 230,
    holdMs: 0,
    llmTtftMs: 200,
    clauseMs: 100,
    ttsTtfbMs: 120,
    readyMs: 110,
  };
  yield at(6000, { type: 'turn', turn: 1, parts, interrupted: false });
  yield at(7000, { type: 'ended', reason: 'hang-up', ok: true, durationMs: 6100 });
}

test('a trace a call: its id follows from the call’s, and what is waited for adds up to the turn', async () => {
  const spans = await spansOf([...scripted()]);
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceIdOf(CALL)]));
  const [call] = named(spans, 'call');
  const [turn] = named(spans, 'turn');
  expect(turn?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
  expect(call?.attributes).toMatchObject({ 'voice_agent.prompt': 'shop', 'voice_agent.reason': 'hang-up' });
  const path = childrenOf(spans, turn).filter(({ attributes }) => attributes['voice_agent.critical_path']);
  expect(path.map((span) => [span.name, lengthMs(span)])).toEqual([
    ...[
      ['pause', 70],
      ['stt', 230],
      ['end of turn', 0],
      ['llm', 200],
      ['first clause', 100],
      ['tts', 120],
    ],
    ['playout', 110],
  ]);
  expect(turn && lengthMs(turn)).toBe(830);
});

test('requests say what became of them, the model’s by the GenAI conventions and under the id that it was told', async () => {
  const spans = await spansOf([...scripted()]);
  const requests = childrenOf(spans, named(spans, 'turn')[0]).filter(({ kind }) => kind === 2);
  const said = requests.map(({ name, attributes }) => [
    name,
    attributes['voice_agent.request'],
    attributes['voice_agent.result'],
  ]);
  expect(said).toEqual([
    ['chat qwen', 'first', 'dropped'],
    ['transcribe whisper', 'first', 'dropped'],
    ['transcribe whisper', 'hedge', 'used'],
    ['chat qwen', 'first', 'used'],
    ['speak kokoro', 'first', 'used'],
  ]);
  const used = requests.find((span) => span.spanContext().spanId === 'f'.repeat(16));
  expect(used?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'qwen',
    'gen_ai.usage.input_tokens': 40,
    'gen_ai.usage.output_tokens': 7,
    'server.address': 'gpu',
    'server.port': 8000,
    'voice_agent.speculative': true,
    'voice_agent.critical_path': false,
  });
});

test('a turn that nothing answered is there, with why', async () => {
  const spans = await spansOf([
    at(3520, { type: 'answer-awaited', sinceMs: 3000, endedAtMs: 3520 }),
    at(9000, { type: 'turn-without-sound', reason: 'llm' }),
    at(9100, { type: 'ended', reason: 'no answer', ok: true }),
  ]);
  const [turn] = named(spans, 'turn');
  expect(turn).toMatchObject({ status: { code: 2, message: 'llm' } });
  expect(turn && lengthMs(turn)).toBe(6000);
});

test('each turn of a recorded call is as long as the worker’s own total, and its path adds up to it', async () => {
  const events = recorded as CallEvent[];
  const spans = await spansOf(events);
  const told = events.flatMap((event) => (event.type === 'turn' ? [event.parts.totalMs ?? 0] : []));
  const turns = named(spans, 'turn').filter(
    ({ attributes }) => attributes['voice_agent.outcome'] === 'answered',
  );
  expect(told.length).toBeGreaterThan(1);
  expect(turns.map(lengthMs)).toEqual(told);
  for (const turn of turns) {
    const children = childrenOf(spans, turn);
    const path = children.filter(({ attributes }) => attributes['voice_agent.critical_path'] === true);
    const sum = path.reduce((total, span) => total + lengthMs(span), 0);
    expect(Math.abs(sum - lengthMs(turn))).toBeLessThanOrEqual(20);
    expect(path.map(({ name }) => name)).not.toContain('unaccounted');
    for (const child of children) expect(child.attributes).toHaveProperty('voice_agent.critical_path');
  }
});

test('nothing that was said, and nobody, stands in a recorded call’s spans', async () => {
  const spans = await spansOf(recorded as CallEvent[]);
  const text = JSON.stringify(
    spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  );
  const pii = (recorded as object[]).flatMap((event) =>
    Object.entries(event).flatMap(([key, value]) =>
      key.startsWith('pii') && typeof value === 'string' ? [value] : [],
    ),
  );
  expect(pii.length).toBeGreaterThan(3);
  for (const said of pii.filter((one) => one !== '')) expect(text).not.toContain(said);
});
