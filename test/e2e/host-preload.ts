import type { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Room } from '@livekit/rtc-node';

/**
 * Imported by a host process before its own program: calls in rooms of certain names fail, each in its way, some seconds after
 * they joined; and the test can ask what the process holds.
 */

export interface Held {
  /** `process.getActiveResourcesInfo()`, counted. */
  readonly resources: Readonly<Record<string, number>>;
  readonly ffiListeners: number;
  /** Threads by name. */
  readonly threads: Readonly<Record<string, number>>;
  /** Open files, sockets among them. */
  readonly files: number;
  readonly rssMb: number;
}

/** Until then all have begun to speak. */
const FAILS_AFTER_MS = 6000;

const fail = (how: string): never => {
  throw new Error(`made by the test: ${how}`);
};

const faults: Readonly<Record<string, () => void>> = {
  timer: () => void setTimeout(fail, FAILS_AFTER_MS, 'timer'),
  stage: () => void setTimeout(async () => fail('stage'), FAILS_AFTER_MS),
  // Where rtc-node tells all of its rooms and streams what happens: what throws there kept the event from all the others.
  listener() {
    const failsAt = performance.now() + FAILS_AFTER_MS;
    const client = Reflect.get(globalThis, '_ffiClientInstance') as EventEmitter;
    const listener = () => {
      if (performance.now() < failsAt) return;
      client.off('ffi_event', listener);
      fail('listener');
    };
    client.on('ffi_event', listener);
  },
};

const { connect } = Room.prototype;
Room.prototype.connect = async function joined(...options) {
  await connect.apply(this, options);
  const [, how = ''] = /-(timer|stage|listener)$/.exec(this.name ?? '') ?? [];
  faults[how]?.();
};

process.on('message', (message: { kind: string }) => {
  if (message.kind === 'inspect') process.send?.({ kind: 'inspected', held: held() });
});

function held(): Held {
  const client = Reflect.get(globalThis, '_ffiClientInstance') as { listenerCount(event: string): number };
  return {
    resources: counted(process.getActiveResourcesInfo()),
    ffiListeners: client.listenerCount('ffi_event'),
    threads: counted(readdirSync('/proc/self/task').map(nameOfThread)),
    files: readdirSync('/proc/self/fd').length,
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

function nameOfThread(id: string): string {
  try {
    return readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim();
  } catch {
    return 'ended';
  }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
