import { llm, type VAD, type voice } from '@livekit/agents';
import type { AudioSource } from '@livekit/rtc-node';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { closeSession } from '../framework/close-session.ts';
import type { Happening } from '../observe/call-events.ts';
import type { Log } from '../observe/log.ts';
import type { SoundTap } from '../observe/sound-tap.ts';
import type { TraceContext } from '../observe/trace/ids.ts';
import type { ChatEndpoint } from '../openai/chat-body.ts';
import type { Persona } from '../persona/store.ts';
import { chatEndpoint, createLlm } from '../stages/llm.ts';
import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import { toolBodies } from '../stages/tool-calls.ts';
import { EchoPath } from '../stages/turn/echo/echo-path.ts';
import { offeredNow, openActions, watchRefusedTools } from './act.ts';
import { createCallHooks, faultOf } from './call-hooks.ts';
import type { CallMemory } from './call-memory.ts';
import { isOutbound, watchCallee } from './callee.ts';
import { type Caller, whoIs } from './caller.ts';
import { CallerOutput, type Listener } from './caller-output.ts';
import { boundHistory } from './chat-history.ts';
import { openConsent } from './consent.ts';
import { follow } from './conversation.ts';
import { CoverVoice } from './cover-voice.ts';
import type { CallEvents } from './events.ts';
import { createFloor } from './floor.ts';
import { chatOf, type GoingOn, goOn } from './going-on.ts';
import { greet } from './greeting.ts';
import type { HangUp } from './hang-up.ts';
import type { CallHost } from './host.ts';
import { openKeys } from './keys.ts';
import { lastPacketMs } from './last-packet.ts';
import type { Line } from './line.ts';
import type { CallerLink } from './link.ts';
import { phraseCacheFor } from './phrase-cache.ts';
import { coverPhrases, createPhrases, type Phrases } from './phrases.ts';
import { buildPipeline, type TurnModelExecutor } from './pipeline.ts';
import { createRefusals } from './refusals.ts';
import type { CallScope } from './scope.ts';
import { type StartParts, startInRoom } from './start.ts';
import { summaryOf } from './summary.ts';
import { warmEndpoints } from './warm.ts';

/** Two rings. */
const RINGS_AT_MOST_MS = 6000;
const START_TIMEOUT_MS = 15_000;
/** The framework waits for what is being said, and for the ends of its stages. */
const CLOSE_TIMEOUT_MS = 5000;

export interface TalkParts {
  scope: CallScope;
  events: CallEvents;
  hangUp: HangUp;
  host: CallHost;
  config: Config;
  vad: VAD;
  memory: CallMemory;
  /** Is given the sound of both sides. */
  sound?: SoundTap | undefined;
  turnModel?: TurnModelExecutor | undefined;
  trace?: TraceContext | undefined;
  persona: Persona;
  /** Texts of this prompt that are the same for every caller. */
  fixed: readonly string[];
  caller: Caller;
  link: CallerLink;
  line: Line;
  source: AudioSource;
  /** Has a phone that rings picked up; for others it does nothing. */
  pickUp(): Promise<unknown>;
  /** Opens the caller's sound; by default as the session begins to listen. */
  openStream?: StartParts['openStream'];
  /** What was said so far, where the call broke off elsewhere. */
  goesOn: GoingOn | undefined;
  log: Log;
}

/**
 * Builds the pipeline, connects it to the caller, and speaks first, as the prompt says.
 *
 * @throws AppError when the session does not start in time, and whatever the stages throw as they are made.
 */
export async function talk(parts: TalkParts): Promise<void> {
  const { scope, events, host, config, persona, caller, line, memory, goesOn, sound } = parts;
  const echo = new EchoPath(OUTPUT_SAMPLE_RATE);
  const listener = sound ? bothOf(echo, sound) : echo;
  const coverVoice = new CoverVoice(parts.source, listener);
  const output = new CallerOutput(parts.source, line.opened, listener, coverVoice);
  scope.defer('audio output', () => output.close());
  const floor = createFloor({
    ...{ output, deafMs: config.turn.aecWarmupMs, now: Date.now },
    onCutOff: (sinceMs) => events.emit({ type: 'cut-off', sinceMs }),
  });
  const chat = chatEndpoint(config, persona, memory.chat);
  const hooks = createCallHooks((happening) => events.emit(happening), parts.trace);
  const building = buildPipeline({
    ...{ ...parts, floor, echo, chat, hooks },
    lastPacketMs: () => lastPacketMs(host.room),
  });
  const session = await scope.open(building, { what: 'pipeline', withinMs: START_TIMEOUT_MS });
  const close = () => closeSession(session);
  scope.defer('session', close, CLOSE_TIMEOUT_MS);
  floor.attach(session);
  const own = coverPhrases(persona).filter((text) => !parts.fixed.includes(text));
  const cache = phraseCacheFor(config, persona, { phrases: parts.fixed, own, store: memory.phrases });
  const phrases = createPhrases(session, cache, scope.clock);
  const offered = await offeredNow(caller, persona.actions, config, parts.log);
  const keys = openKeys({ ...parts, session, phrases, tap: sound, before: goesOn?.conversation });
  const questions = caller.via === 'sip' ? (persona.keypad?.questions ?? {}) : {};
  const { actions, tools } = openActions({
    ...{ ...parts, session, phrases, offered, questions, keys, cover: coverVoice },
    summarise: () => summarised(parts, session.history, chat),
  });
  follow({ ...parts, session, output, coverVoice, phrases, actions, offered });
  events.subscribe((event) => {
    if (event.type === 'cover-begins' && event.by === 'words') echo.says(event.piiText ?? '');
  });
  const callee = isOutbound(host.dispatchMetadata)
    ? watchCallee({ hangUp: parts.hangUp, emit: (happening) => events.emit(happening) })
    : undefined;
  if (callee) events.subscribe(callee.follow);
  boundChat(parts, session, chat);
  const starting = startInRoom(session, {
    ...{ room: host.room, caller, output, instructions: persona.instructions, tools },
    chatCtx: goesOn && chatOf(goesOn.conversation.said),
    onText: (text) => echo.says(text),
    openStream: parts.openStream,
    onHeard:
      (keys.onHeard || callee) &&
      ((samples) => {
        keys.onHeard?.(samples);
        callee?.hears(samples);
      }),
  });
  await scope.open(starting, { what: 'session', withinMs: START_TIMEOUT_MS, whenLate: close });
  const { name: prompt, hash: promptHash } = persona;
  const { via } = caller;
  const before = goesOn && (goesOn.comesBack ? { comesBack: true } : { goesOn: true });
  events.emit({ type: 'started', prompt, promptHash, via, piiCaller: whoIs(caller), ...before });
  const consent = openConsent({ ...parts, phrases, before: goesOn?.conversation.recording });
  const refuse = createRefusals((refused) => events.emit(refused), scope.clock);
  keys.listen({ actions, offered, refuse, takes: consent.takes });
  consent.announce();
  if (goesOn) goOn(session, phrases, keys, goesOn);
  else greet(session, phrases, persona);
  consent.ask();
  const look = watchRefusedTools(chat, (happening) => events.emit(happening));
  if (tools.length > 0) events.subscribe(({ type }) => type === 'endpoint-answered' && look());
  warmUp(parts, chat, phrases, toolBodies(llm.toToolContext(tools)), look);
  await pickUpWithSound(parts, output);
}

/** By a client of its own: what it asks and gets is no answer of the conversation. */
async function summarised(
  { config, persona, scope }: TalkParts,
  history: llm.ChatContext,
  endpoint: ChatEndpoint,
): Promise<string> {
  const model = await createLlm(config, persona, { hooks: { onError() {} }, endpoint });
  return summaryOf({ model, history, clock: scope.clock, signal: scope.signal });
}

/** Ringing is free, silence after pick-up is not: a phone is picked up when there is something to hear, or nothing comes of it. */
async function pickUpWithSound({ scope, persona, goesOn, pickUp }: TalkParts, output: CallerOutput) {
  if (persona.greeting || goesOn) await Promise.race([output.hasSound, scope.sleep(RINGS_AT_MOST_MS)]);
  await pickUp();
}

function bothOf(one: Listener, other: Listener): Listener {
  return {
    plays(samples, inMs) {
      one.plays(samples, inMs);
      other.plays(samples, inMs);
    },
    stops() {
      one.stops();
      other.stops();
    },
  };
}

function boundChat({ events, persona }: TalkParts, session: voice.AgentSession, chat: ChatEndpoint): void {
  const { instructions, maxTokens } = persona;
  const emit = (happening: Happening) => events.emit(happening);
  events.subscribe(boundHistory({ session, chat, instructions, maxTokens, emit }));
}

/** Nothing waits for it, and nothing depends on its success. */
function warmUp(
  { scope, events, config, persona, fixed, memory, log }: TalkParts,
  chat: ChatEndpoint,
  phrases: Phrases,
  tools: readonly object[],
  onWarm: () => void,
): void {
  const { signal } = scope;
  void warmEndpoints({
    ...{ config, persona, chat, tools, signal, primed: memory.primed },
    onError: (error) => events.emit({ type: 'endpoint-not-ready', ...faultOf(error) }),
  }).then(() => tools.length > 0 && onWarm());
  const kept = new Set([...coverPhrases(persona), ...fixed]);
  phrases
    .keep([...kept], signal)
    .catch((error) => log.debug({ error: messageOf(error) }, 'phrases not kept'));
}
