import { Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';
import type { HostFacts } from './host-metrics.ts';

/** What the worker itself knows, read when it is asked for. */
export interface WorkerFacts {
  slots: number;
  slotsUsed(): number;
  isRegistered(): boolean;
  isDraining(): boolean;
  /** The calls that run keep the machine too busy for another one. */
  isOverloaded?(): boolean;
  /** What of calls waits to be delivered, and how many bytes are kept; `undefined` where nothing is. */
  records?(): { webhook: number; s3: number; bytes: number } | undefined;
  /** Prompt files that cannot be used as they are now. */
  brokenPrompts?(): number;
  /** Host processes that live now. */
  hosts?(): readonly HostFacts[];
}

/** What is read of the worker when metrics are asked for. */
export function addWorkerGauges(register: Registry<OpenMetricsContentType>, worker: WorkerFacts): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `voice_agent_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(read());
      },
    });
  gauge('call_slots', 'Calls that this worker can take', () => worker.slots);
  gauge('calls_active', 'Calls that run now', () => worker.slotsUsed());
  gauge('registered', '1 while registered with LiveKit', () => Number(worker.isRegistered()));
  gauge('overloaded', '1 while its calls keep the machine too busy for another one', () =>
    Number(worker.isOverloaded?.() ?? false),
  );
  gauge('draining', '1 while no new calls are taken', () => Number(worker.isDraining()));
  gauge(
    'prompt_files_broken',
    'Prompt files that cannot be used as they are now; where there is a last good version, calls have that',
    () => worker.brokenPrompts?.() ?? 0,
  );
}
