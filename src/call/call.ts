import type { VAD } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import type { Subscriber } from '../observe/call-events.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { PersonaStore } from '../persona/store.ts';
import { publishFacts } from './agent-facts.ts';
import type { CallMemory } from './call-memory.ts';
import type { CallEvents } from './events.ts';
import { HangUp } from './hang-up.ts';
import type { CallHost } from './host.ts';
import { meet } from './meet.ts';
import { personaFor } from './persona-for.ts';
import type { TurnModelExecutor } from './pipeline.ts';
import { type CallEnd, CallScope } from './scope.ts';
import { openEvents } from './subscribers.ts';
import { talk } from './talk.ts';

export interface CallParts {
  host: CallHost;
  config: Config;
  /** One for the process: loaded again at the start of each call. */
  personas: PersonaStore;
  /** One for the process: each call opens its own streams. */
  vad: VAD;
  /** This call's own: each of its lines says the call's id. */
  log: Log;
  report: Report;
  /** One for the process. */
  memory: CallMemory;
  /** Told of all that happens in this call, after its own log, metrics and page. */
  subscribers?: readonly Subscriber[];
  /** What runs the on-device turn model; by default what the framework's job context says. */
  turnModel?: TurnModelExecutor | undefined;
  clock?: Clock;
}

export interface RunningCall {
  /** Settles once, when the call is over and all that it opened is closed; never rejects. */
  readonly ended: Promise<CallEnd>;
  /** Hangs up: with a good-bye, where there is somebody to hear it. Resolves when the call is over. */
  end(reason: string): Promise<void>;
  /** A fault of our own was caught in this call's context: it ends at once, without a good-bye. */
  fail(error: unknown): Promise<void>;
}

/** One call, from joining the room to leaving it. Whatever fails, all that it opened is closed, and `ended` settles. */
export function startCall(parts: CallParts): RunningCall {
  const { host, log, clock = systemClock } = parts;
  const scope = new CallScope({ log, clock });
  const events = openEvents(parts);
  // Opened first, closed last: the end of the call is its last event.
  scope.defer('events', (end) => events.end(end));
  const hangUp = new HangUp({ scope, host, log, emit: (happening) => events.emit(happening) });
  begin(scope, events, hangUp, parts).catch((error) => {
    if (!scope.signal.aborted) void scope.fail(error, 'call could not start');
  });
  return {
    ended: scope.ended,
    async end(reason) {
      hangUp.begin(reason);
      await scope.ended;
    },
    async fail(error) {
      await scope.fail(error);
    },
  };
}

/** Top to bottom. Returns when the agent has begun to talk; the caller hears it once the line is open. */
async function begin(scope: CallScope, events: CallEvents, hangUp: HangUp, parts: CallParts): Promise<void> {
  const { host, config, personas, memory, log } = parts;
  const [met] = await Promise.all([meet({ scope, hangUp, host, config, personas, log }), memory.refresh()]);
  if ('refused' in met) {
    await scope.end({ reason: met.refused, ok: true });
    return;
  }
  const { caller } = met;
  const { persona, fixed } = personaFor(caller, { host, config, personas, log });
  const callLog = log.child({ prompt: persona.name, promptHash: persona.hash, pii_caller: caller.identity });
  publishFacts(host.room, persona, config, callLog);
  scope.defer('pace', memory.keepPace);
  await talk({ ...parts, scope, events, hangUp, persona, fixed, ...met, log: callLog });
}
