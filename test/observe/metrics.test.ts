import { expect, test } from 'vitest';
import { createMetrics } from '../../src/observe/metrics.ts';

async function linesAfter(...facts: Parameters<ReturnType<typeof createMetrics>['report']>[0][]) {
  const metrics = createMetrics();
  for (const fact of facts) metrics.report(fact);
  return (await metrics.text()).split('\n');
}

test('a turn counts once, and each of its parts goes to its stage in seconds', async () => {
  const parts = { endpointingMs: 500, llmTtftMs: 200, totalMs: 900 };
  const lines = await linesAfter({ fact: 'turn', prompt: 'default', interrupted: false, parts });
  expect(lines).toContain('voice_agent_turns_total{prompt="default",interrupted="false"} 1');
  expect(lines).toContain('voice_agent_turn_stage_seconds_sum{stage="endpointing",prompt="default"} 0.5');
  expect(lines).toContain('voice_agent_turn_stage_seconds_sum{stage="llm_ttft",prompt="default"} 0.2');
  expect(lines).toContain('voice_agent_turn_stage_seconds_bucket{le="1",stage="total",prompt="default"} 1');
});

test('errors are counted by endpoint and by what failed', async () => {
  const failed = { fact: 'endpoint-failed', endpoint: 'tts', failure: 'stall' } as const;
  const lines = await linesAfter(failed, failed);
  expect(lines).toContain('voice_agent_endpoint_errors_total{endpoint="tts",failure="stall"} 2');
});

test('a call counts when it starts and with its length and reason when it ends', async () => {
  const lines = await linesAfter(
    { fact: 'call-started', prompt: 'phone' },
    { fact: 'call-ended', prompt: 'phone', reason: 'idle', durationMs: 61_000 },
  );
  expect(lines).toContain('voice_agent_calls_started_total{prompt="phone"} 1');
  expect(lines).toContain('voice_agent_call_duration_seconds_sum{prompt="phone",reason="idle"} 61');
});

test('what the worker knows is read at the moment of the scrape', async () => {
  let used = 0;
  const metrics = createMetrics({
    slots: 4,
    slotsUsed: () => used,
    isRegistered: () => true,
    isDraining: () => false,
  });
  used = 3;
  const lines = (await metrics.text()).split('\n');
  expect(lines).toContain('voice_agent_call_slots 4');
  expect(lines).toContain('voice_agent_calls_active 3');
  expect(lines).toContain('voice_agent_registered 1');
  expect(lines).toContain('voice_agent_draining 0');
});

test('host processes are shown by their small numbers, and what ended in them by how', async () => {
  const usage = { rssMb: 100, lagMs: 20, cpuMs: 1500, busy: 0.2 };
  const metrics = createMetrics({
    ...{ slots: 4, slotsUsed: () => 0, isRegistered: () => true, isDraining: () => false },
    hosts: () => [{ number: 2, calls: 3, isReady: true, jobs: [], usage }],
  });
  metrics.report({ fact: 'host-ended', end: 'hung', process: 2 });
  metrics.report({ fact: 'call-over', host: 2, how: 'lost', durationMs: 10_000, cpuMs: 900 });
  const lines = (await metrics.text()).split('\n');
  expect(lines).toContain('voice_agent_host_calls{host="2"} 3');
  expect(lines).toContain('voice_agent_host_memory_bytes{host="2"} 104857600');
  expect(lines).toContain('voice_agent_host_cpu_seconds{host="2"} 1.5');
  expect(lines).toContain('voice_agent_host_event_loop_lag_seconds{host="2"} 0.02');
  expect(lines).toContain('voice_agent_host_ends_total{end="hung"} 1');
  expect(lines).toContain('voice_agent_call_ends_total{host="2",how="lost"} 1');
  expect(lines).toContain('voice_agent_call_cpu_cores_bucket{le="0.1",host="2"} 1');
});

test('an endpoint is shown as the host process sees it in which it does worst, until that one ends', async () => {
  const metrics = createMetrics();
  const sees = (process: number, openness: number) =>
    metrics.report({ fact: 'breaker-changed', stage: 'tts', host: 'gpu:8000', openness, process });
  const shown = async () => /voice_agent_breaker_state\{.*\} (\d)/.exec(await metrics.text())?.[1];
  sees(1, 2);
  sees(2, 2);
  sees(2, 0);
  expect(await shown()).toBe('2');
  metrics.report({ fact: 'host-ended', end: 'crashed', process: 1 });
  expect(await shown()).toBe('0');
});

test('what is rare and has an alert is there before it happens: a series that begins with 1 shows no rise', async () => {
  const usage = { rssMb: 100, lagMs: 20, cpuMs: 1500, busy: 0.2 };
  const metrics = createMetrics({
    ...{ slots: 4, slotsUsed: () => 0, isRegistered: () => true, isDraining: () => false },
    hosts: () => [{ number: 2, calls: 3, isReady: true, jobs: [], usage }],
  });
  metrics.report({ fact: 'call-started', prompt: 'phone' });
  const lines = (await metrics.text()).split('\n');
  expect(lines).toContain('voice_agent_calls_broken_total{why="host",outcome="given-up"} 0');
  expect(lines).toContain('voice_agent_dead_air_turns_total{prompt="phone"} 0');
  expect(lines).toContain('voice_agent_call_ends_total{host="2",how="lost"} 0');
});

test('a turn of a traced call names its trace, to readers that take OpenMetrics; others get the older format', async () => {
  const { report, text, openMetrics } = createMetrics();
  const traceId = 'a'.repeat(32);
  report({ fact: 'turn', prompt: 'shop', interrupted: false, parts: { totalMs: 700 }, traceId });
  const open = await openMetrics();
  expect(open).toMatch(/_bucket\{le="0.8",stage="total",prompt="shop"\} 1 # \{trace_id="a{32}"\} 0.7 /);
  expect(open).toContain('# TYPE voice_agent_turns counter');
  expect(open).toMatch(/\n# EOF\n$/);
  const plain = await text();
  expect(plain).toContain('# TYPE voice_agent_turns_total counter\nvoice_agent_turns_total{');
  expect(plain).not.toMatch(/trace_id|EOF/);
});

test('prompt files that are broken are told as they are now', async () => {
  const facts = { slots: 4, slotsUsed: () => 0, isRegistered: () => true, isDraining: () => false };
  const { text } = createMetrics({ ...facts, brokenPrompts: () => 2 });
  expect(await text()).toContain('\nvoice_agent_prompt_files_broken 2\n');
});

test('the way of the sound is counted by its ends, its loss as a share, its jitter in seconds', async () => {
  const lines = await linesAfter(
    { fact: 'media-path', via: 'web', kind: 'relay', protocol: 'tls' },
    { fact: 'media-heard', via: 'web', received: 97, lost: 3, jitterMs: 12 },
  );
  expect(lines).toContain('voice_agent_media_paths_total{via="web",kind="relay",protocol="tls"} 1');
  expect(lines).toContain('voice_agent_heard_loss_ratio_sum{via="web"} 0.03');
  expect(lines).toContain('voice_agent_heard_jitter_seconds_sum{via="web"} 0.012');
});
