import type { Config } from '../config/schema.ts';
import type { Subscriber } from '../observe/call-events.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { TraceContext } from '../observe/trace/ids.ts';
import { watchWaits } from './answer-wait.ts';
import { countEvents } from './count-events.ts';
import { measureDeadAir } from './dead-air.ts';
import { CallEvents } from './events.ts';
import type { GoingOn } from './going-on.ts';
import type { CallHost } from './host.ts';
import { measureTurns } from './latency.ts';
import { logEvents } from './log-events.ts';
import { tellPage } from './page-events.ts';

export interface EventsParts {
  host: CallHost;
  config: Config;
  log: Log;
  report: Report;
  subscribers?: readonly Subscriber[];
  goesOn?: GoingOn | undefined;
  /** Named by what is counted of its turns. */
  trace?: TraceContext | undefined;
}

/**
 * The stream of a call's events with all who listen to it from its beginning, in the order in which they are told. A new
 * one is a file that makes a `Subscriber`, and a line here; where it serves all calls of a process, the process gives it
 * to `startCall` instead.
 */
export function openEvents({
  host,
  config,
  log,
  report,
  subscribers = [],
  goesOn,
  trace,
}: EventsParts): CallEvents {
  const { callId, room } = host;
  const events = new CallEvents({ callId, log, startedAtMs: goesOn?.conversation.startedAtMs });
  events.subscribe(logEvents(log));
  events.subscribe(countEvents(report, goesOn, trace));
  events.subscribe(tellPage({ room, showFaults: config.agent.showFaults, log }));
  events.subscribe(measureTurns((turn) => events.emit(turn), undefined, goesOn?.conversation.turns));
  events.subscribe(watchWaits((wait) => events.emit(wait)));
  events.subscribe(measureDeadAir((deadAir) => events.emit(deadAir)));
  for (const subscriber of subscribers) events.subscribe(subscriber);
  return events;
}
