import { z } from 'zod';
import { setting } from './setting.ts';
import { count, deploymentName, durationMs, flag, port, share, text } from './types.ts';

/** Settings of the worker: its name, its calls, and the processes that run them. */
export const agent = {
  name: setting(
    'AGENT_NAME',
    text.default('voice-agent'),
    'Name for explicit dispatch; empty joins every room',
    { emptyIsValue: true },
  ),
  prompt: setting('PROMPT', text.default('default'), 'Prompt used when neither dispatch nor room names one'),
  promptsDir: setting('PROMPTS_DIR', text.default('prompts'), 'Folder of the prompt files'),
  maxCalls: setting(
    'MAX_CALLS',
    count(10, 1),
    'Call slots of this worker; full means refused, never dropped',
  ),
  overloadAt: setting(
    'OVERLOAD_AT',
    share(0.8, 0.1),
    'Share of the time that event loops of processes with calls are busy (over some 5 s) from which no further call is taken, whatever `MAX_CALLS`; `1`: never',
  ),
  deployment: setting(
    'AGENT_DEPLOYMENT',
    deploymentName,
    'LiveKit’s `deployment`: only dispatches that name it reach this worker, for a second version or other prompts under the same `AGENT_NAME`',
  ),
  hosts: setting(
    'HOSTS',
    z.coerce.number({ error: 'a whole number' }).int('a whole number').min(1).max(256).optional(),
    'Processes that calls are spread over; not set: one a core, at most one for four calls of `MAX_CALLS`, and enough for all of them',
  ),
  callsPerHost: setting(
    'CALLS_PER_HOST',
    count(8, 1, 256),
    'Most calls of one process; `1` gives each call a process of its own',
  ),
  spareHosts: setting(
    'SPARE_HOSTS',
    count(1, 0, 64),
    'Warm processes beyond those that have calls: for the next callers, and in place of one that ends',
    { formerly: { env: 'IDLE_PROCESSES', path: 'agent.idleProcesses' } },
  ),
  hostMemoryMb: setting(
    'HOST_MEMORY_MB',
    count(1000, 100, 1_000_000),
    'Resident memory of a process, in MB, from which it takes no more calls and is replaced; at twice as much it is ended',
  ),
  hostRecycleCalls: setting(
    'HOST_RECYCLE_CALLS',
    count(200, 1, 1_000_000),
    'Calls after which a process is replaced',
  ),
  maxCallMs: setting('MAX_CALL_MS', durationMs(3_600_000), 'Longest call; then a good-bye and hang-up'),
  idleTimeoutMs: setting(
    'IDLE_TIMEOUT_MS',
    durationMs(30_000, 0),
    'Silence before «are you still there?»; the same again before hang-up; 0 never asks',
  ),
  resumeWithinMs: setting(
    'RESUME_WITHIN_MS',
    durationMs(300_000, 0),
    'How long the conversation of a call that broke off is kept for its caller to come back to; 0 keeps none',
  ),
  fillerAfterMs: setting(
    'FILLER_AFTER_MS',
    durationMs(1800, 0),
    'Silence after the end of a caller’s turn before a filler of the prompt («One moment, please.») is said; 0 says none',
  ),
  healthHost: setting('HEALTH_HOST', text.default('127.0.0.1'), 'Address of health and metrics'),
  healthPort: setting('HEALTH_PORT', port(8081), 'Port of health and metrics; 0 picks a free one'),
  showFaults: setting(
    'SHOW_FAULTS',
    flag(false),
    'Tell the participants of a call the URL of an endpoint that failed, and what to do; `npm run dev` turns it on',
  ),
  drainTimeoutMs: setting(
    'DRAIN_TIMEOUT_MS',
    durationMs(3_600_000),
    'Longest wait for running calls at SIGTERM',
  ),
} as const;
