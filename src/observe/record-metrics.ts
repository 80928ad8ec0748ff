import { Counter, Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { CallFact } from './facts.ts';

type RecordFact = Extract<CallFact, { fact: 'record-failed' | 'record-delivered' }>;
type RecordCounters = ReturnType<typeof recordMetrics>;

/** What is kept of calls, and brought to others. */
export function recordMetrics(registers: Registry<OpenMetricsContentType>[]) {
  const lost = new Counter({
    name: 'voice_agent_records_failed_total',
    help: 'Times that something of a call could not be kept: its recording, record (transcript and summary) or a message about it; the disk is full, or RECORDS_MAX_MB is reached',
    labelNames: ['what'],
    registers,
  });
  const delivered = new Counter({
    name: 'voice_agent_records_delivered_total',
    help: 'Tries to bring a message to the webhook or a file to S3, by what came of them: sent, failed (it is tried again) or given-up',
    labelNames: ['to', 'outcome'],
    registers,
  });
  for (const what of ['recording', 'record', 'message']) lost.inc({ what }, 0);
  for (const to of ['webhook', 's3'])
    for (const outcome of ['sent', 'failed', 'given-up']) delivered.inc({ to, outcome }, 0);
  return { recordsLost: lost, recordsDelivered: delivered };
}

export function countRecord({ recordsLost, recordsDelivered }: RecordCounters, fact: RecordFact): void {
  if (fact.fact === 'record-failed') recordsLost.inc({ what: fact.what });
  else recordsDelivered.inc({ to: fact.to, outcome: fact.outcome });
}

/** Read when they are asked for; none where nothing is kept. */
export function addRecordGauges(
  register: Registry<OpenMetricsContentType>,
  read: () => { webhook: number; s3: number; bytes: number } | undefined,
): void {
  new Gauge({
    name: 'voice_agent_records_waiting',
    help: 'Messages and files that are not delivered yet, by receiver',
    labelNames: ['to'],
    registers: [register],
    collect() {
      const kept = read();
      if (!kept) return;
      this.set({ to: 'webhook' }, kept.webhook);
      this.set({ to: 's3' }, kept.s3);
    },
  });
  new Gauge({
    name: 'voice_agent_records_bytes',
    help: 'What RECORDS_DIR holds, as it was looked at last',
    registers: [register],
    collect() {
      const kept = read();
      if (kept) this.set(kept.bytes);
    },
  });
}
