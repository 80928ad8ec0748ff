import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createWatch, type Watch } from '../probe/watch.ts';

/** What the process of the light callers is told, one JSON object a line; see `light-caller/main.go`. */
export type LightOrder =
  | {
      readonly do: 'join';
      readonly call: string;
      readonly url: string;
      readonly token: string;
      /** Ogg Opus files, a sentence each, said in turn from number `first` on. */
      readonly speech: readonly string[];
      readonly first: number;
      /** Before leaving; 0: until told to leave. */
      readonly turns: number;
    }
  | { readonly do: 'leave'; readonly call: string }
  | {
      readonly do: 'record';
      readonly call: string;
      readonly url: string;
      readonly token: string;
      readonly file: string;
    };

/** What happened to a light caller. */
export interface LightEvent {
  readonly call: string;
  /**
   * `joining` the room is asked for, `agent` the agent's track is there, `greeted` its first sound; `answered` after `ms`,
   * `talked over`, `lost`: a turn; `gap` of `ms` inside the agent's speech.
   */
  readonly event:
    | ('joining' | 'joined' | 'agent' | 'greeted' | 'not greeted' | 'left' | 'failed')
    | ('answered' | 'talked over' | 'lost' | 'gap' | 'recorded');
  /** Time of day in ms. */
  readonly atMs: number;
  readonly ms?: number;
  readonly error?: string;
}

/** Callers that send prepared Opus and decode nothing, all in one process. */
export interface LightCallers {
  readonly pid: number | undefined;
  /** Everything so far, oldest first. */
  readonly events: readonly LightEvent[];
  tell(order: LightOrder): void;
  until: Watch['until'];
  /** They leave; then the process ends. */
  close(): Promise<void>;
}

/** @param program - from `findLightCaller`. */
export function startLightCallers(program: string): LightCallers {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const events: LightEvent[] = [];
  const watch = createWatch(() => `light callers: ${describe(events)}`);
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as LightEvent);
    watch.changed();
  });
  const ended = untilEnded(child);
  return {
    pid: child.pid,
    events,
    tell: (order) => void child.stdin.write(`${JSON.stringify(order)}\n`),
    until: watch.until,
    close() {
      child.stdin.end();
      return ended;
    },
  };
}

const untilEnded = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });

function describe(events: readonly LightEvent[]): string {
  const last = new Map(events.map(({ call, event, error }) => [call, error ? `${event}: ${error}` : event]));
  return [...last].map(([call, event]) => `${call} ${event}`).join(', ');
}
