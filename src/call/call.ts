import type { VAD } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import type { Subscriber } from '../observe/call-events.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { SoundTap } from '../observe/sound-tap.ts';
import type { TraceContext } from '../observe/trace/ids.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { Persona, PersonaStore } from '../persona/store.ts';
import { admissionOf } from '../phone/arrival.ts';
import { publishFacts } from './agent-facts.ts';
import type { CallMemory } from './call-memory.ts';
import { type Caller, isKnowable, whoIs } from './caller.ts';
import type { CallEvents } from './events.ts';
import { type CallPrompt, type GoingOn, goingOnWith } from './going-on.ts';
import { HangUp } from './hang-up.ts';
import type { CallHost } from './host.ts';
import { CONNECTION_LOST, type Met, meet } from './meet.ts';
import { personaFor } from './persona-for.ts';
import type { TurnModelExecutor } from './pipeline.ts';
import { type CallEnd, CallScope } from './scope.ts';
import { watchMedia } from './stuck-media.ts';
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
  /** The call's trace, which requests to the endpoints name. */
  trace?: TraceContext | undefined;
  /** Is given the sound of both sides. */
  sound?: SoundTap | undefined;
  /** What runs the on-device turn model; by default what the framework's job context says. */
  turnModel?: TurnModelExecutor | undefined;
  clock?: Clock;
  /** What was said so far, where the call broke off elsewhere. */
  goesOn?: GoingOn | undefined;
  /** A call that breaks off goes on elsewhere: that is no end, and its subscribers are told of none. */
  mayReturn?: boolean | undefined;
  /** What was said with this caller in a call of this room that broke off; given once. Settles within a second, never rejects. */
  recall?(identity: string): Promise<GoingOn | undefined>;
  /** Told the call's prompt once it is known. */
  onPrompt?(prompt: CallPrompt): void;
}

/** How a call, or what of it ran here, ended. */
export interface RunEnd extends CallEnd {
  /** It broke off, and may go on elsewhere. */
  readonly broke?: boolean;
  /** The connection to the room was lost for good. */
  readonly isCutOff?: boolean;
}

export interface RunningCall {
  /** Settles once, when the call is over and all that it opened is closed; never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Hangs up: with a good-bye, where there is somebody to hear it. Resolves when the call is over. */
  end(reason: string): Promise<void>;
  /** A fault of our own was caught in this call's context: it ends at once, without a good-bye. */
  fail(error: unknown): Promise<void>;
  /** An operator listens from now on, unseen: the caller is told where the prompt says so. */
  listened(): void;
}

/** One call, from joining the room to leaving it. Whatever fails, all that it opened is closed, and `ended` settles. */
export function startCall(parts: CallParts): RunningCall {
  const { host, log, clock = systemClock } = parts;
  const scope = new CallScope({ log, clock });
  const events = openEvents(parts);
  const broke = (end: CallEnd) =>
    !end.ok && (events.hasStarted ? parts.mayReturn === true : parts.goesOn !== undefined);
  // Opened first, closed last: the end of the call is its last event.
  scope.defer('events', (end) => (broke(end) ? events.close() : events.end(end)));
  const hangUp = new HangUp({ scope, host, log, emit: (happening) => events.emit(happening) });
  begin(scope, events, hangUp, parts).catch((error) => {
    if (!scope.signal.aborted) void scope.fail(error, 'call could not start');
  });
  return {
    ended: scope.ended.then((end) => ({
      ...end,
      ...(broke(end) && { broke: true, isCutOff: end.reason === CONNECTION_LOST }),
    })),
    async end(reason) {
      hangUp.begin(reason);
      await scope.ended;
    },
    async fail(error) {
      await scope.fail(error);
    },
    listened: () => events.emit({ type: 'listened' }),
  };
}

/** Top to bottom. Returns when the agent has begun to talk; the caller hears it once the line is open. */
async function begin(scope: CallScope, events: CallEvents, hangUp: HangUp, parts: CallParts): Promise<void> {
  const { host, config, personas, memory, log } = parts;
  const known = parts.goesOn?.conversation.piiCaller;
  const meeting = meet({ scope, hangUp, host, config, personas, known, log });
  const [met] = await Promise.all([meeting, memory.refresh()]);
  if ('refused' in met) {
    const { refused: reason, mayComeBack } = met;
    await scope.end({ reason, ok: true, ...(mayComeBack && { mayComeBack }) });
    return;
  }
  const { caller, called } = met;
  const admission = admissionOf(called?.hours, Date.now());
  if (admission === 'refuse') {
    // While it rings, the deletion of the room is a 486 to who calls.
    await host.deleteRoom();
    await scope.end({ reason: 'out of hours', ok: true });
    return;
  }
  const goesOn = goingOnWith(caller, parts.goesOn) ?? (await recalled(caller, parts));
  scope.signal.throwIfAborted();
  const prompt = goesOn?.prompt ?? personaFor(caller, { host, config, personas, called, log });
  const persona = admission === 'answer' ? prompt.persona : tellingOnly(prompt.persona, admission.say);
  parts.onPrompt?.(prompt);
  const callLog = log.child({ prompt: persona.name, promptHash: persona.hash, pii_caller: caller.identity });
  publishFacts(host.room, persona, config, callLog);
  scope.defer('pace', memory.keepPace);
  if (admission !== 'answer') void met.line.opened.then(() => hangUp.begin('out of hours'));
  await talk({ ...parts, scope, events, hangUp, ...prompt, persona, ...met, goesOn, log: callLog });
  // Once: where a new connection does not help, another would not.
  if (!parts.goesOn) rejoinWhereStuck(scope, host, met, callLog);
}

function rejoinWhereStuck(scope: CallScope, { room }: CallHost, met: Met, log: Log): void {
  const { caller, subscribed } = met;
  watchMedia({ room, identity: caller.identity, subscribed, clock: scope.clock }, () => {
    log.warn({}, 'no sound flows in either direction: the agent joins the room again');
    void scope.end({ reason: CONNECTION_LOST, ok: false });
  });
}

/** A persona that says one text, and then hangs up. */
const tellingOnly = ({ greeting: _none, ...persona }: Persona, goodbye: string): Persona => ({
  ...persona,
  goodbye,
});

async function recalled(caller: Caller, { recall }: CallParts): Promise<GoingOn | undefined> {
  return isKnowable(caller) ? goingOnWith(caller, await recall?.(whoIs(caller))) : undefined;
}
