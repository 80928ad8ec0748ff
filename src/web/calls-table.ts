import type { EndpointState } from '../observe/endpoint-board.ts';
import type { CallStatus, WorkerStatus } from '../observe/status.ts';
import type { AskedWorker } from '../observe/workers.ts';

/** What runs in workers, for a terminal. */
export function callsTable(asked: readonly AskedWorker[], url: string): string {
  if (asked.length === 0) return `no worker at ${url}`;
  return asked
    .map((one) =>
      'status' in one ? workerText(one.at, one.status) : `${one.at}  does not answer: ${one.problem}`,
    )
    .join('\n\n');
}

function workerText(at: string, status: WorkerStatus): string {
  const { slots, slotsUsed, overloaded, unready, hosts, calls, endpoints, atMs } = status;
  const state = unready.length > 0 ? `not ready: ${unready.join(', ')}` : 'ready';
  const ready = hosts.filter((host) => host.ready).length;
  const head = `${at}  ${state}  calls ${slotsUsed} of ${slots}${overloaded ? ', and no more: too busy' : ''}  hosts ${ready} of ${hosts.length} ready`;
  return [
    head,
    table(
      CALLS,
      calls.map((call) => callRow(call, atMs)),
    ),
    table(ENDPOINTS, endpoints.map(endpointRow)),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const CALLS = ['CALL', 'HOST', 'AGE', 'STAGE', 'FOR', 'PROMPT', 'VIA', 'TURNS', 'LAST ANSWER'];
const ENDPOINTS = ['ENDPOINT', 'HOST', 'MODEL', 'BREAKER', 'REQUESTS', 'FAILED', 'P50', 'P95'];

function callRow(
  { id, host, ageMs, stage, stageSinceMs, prompt, via, turns, lastTurns }: CallStatus,
  atMs: number,
): string[] {
  const since = stageSinceMs === undefined ? '' : clock(atMs - stageSinceMs);
  const answer = milliseconds(lastTurns.at(-1)?.parts.totalMs);
  return [id, `${host}`, clock(ageMs), stage, since, prompt ?? '', via ?? '', `${turns}`, answer];
}

function endpointRow({
  stage,
  host,
  model,
  breaker,
  requests,
  failed,
  p50Ms,
  p95Ms,
}: EndpointState): string[] {
  return [stage, host, model, breaker, `${requests}`, `${failed}`, milliseconds(p50Ms), milliseconds(p95Ms)];
}

const milliseconds = (ms: number | undefined) => (ms === undefined ? '' : `${Math.round(ms)} ms`);

/** `1:02:03`, `2:03` */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Columns as wide as what is in them; nothing where there is no row. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
