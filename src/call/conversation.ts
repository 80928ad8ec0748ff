import { setTimeout as delay } from 'node:timers/promises';
import { voice } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import type { Config } from '../config/schema.ts';
import { type EndpointError, messageOf } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Persona } from '../persona/store.ts';
import type { SttHooks } from '../stages/stt.ts';
import type { Caller } from './caller.ts';
import type { CallHost } from './host.ts';
import { createLatencyRecord } from './latency.ts';
import { createLimits } from './limits.ts';
import { type CallEvent, onHangUpCommand, publishEvent } from './room-events.ts';

/** A caller whose connection broke may come back; after this the slot is worth more. */
const RETURN_TIMEOUT_MS = 15_000;
/** A good-bye that cannot be spoken must not keep the line open. */
const GOODBYE_TIMEOUT_MS = 10_000;
/** The last words are still on their way to the caller when the last frame has been handed over. */
const LINGER_MS = 600;
/** Failures come in bursts; one apology covers them. */
const APOLOGY_INTERVAL_MS = 8000;

const { AgentSessionEventTypes: Event } = voice;

export interface ConversationParts {
  host: CallHost;
  config: Config;
  persona: Persona;
  caller: Caller;
  log: Log;
  report: Report;
}

/**
 * Everything that happens around a running session: limits, hang-up, failures told to the caller and the page,
 * latency of each turn. `hooks` go to the stages before the session exists; `attach` connects it and returns the
 * promise of the call's end.
 */
export function follow({ host, config, persona, caller, log, report }: ConversationParts) {
  const { room } = host;
  let session: voice.AgentSession | undefined;
  let ending: string | undefined;
  let apologizedAt = Number.NEGATIVE_INFINITY;

  const publish = (event: CallEvent) => {
    publishEvent(room, event).catch((error) => log.debug({ error: messageOf(error) }, 'event not published'));
  };

  const apologize = () => {
    if (!session || ending || performance.now() - apologizedAt < APOLOGY_INTERVAL_MS) return;
    apologizedAt = performance.now();
    session.say(persona.apology, { addToChatCtx: false });
  };

  const hooks: SttHooks = {
    onError(error: EndpointError) {
      const { endpoint, failure, status, hint } = error;
      log.warn({ endpoint, failure, status, error: error.message, hint }, 'endpoint failed');
      report({ fact: 'endpoint-failed', endpoint, failure });
      publish({ type: 'error', endpoint, message: error.message, hint });
      if (endpoint !== 'tts') apologize();
    },
    onDropped(reason) {
      report({ fact: 'transcript-dropped', reason });
      log.debug({ reason }, 'transcript dropped as silence');
    },
    onTiming: (endpoint, firstByteMs) => report({ fact: 'endpoint-answered', endpoint, firstByteMs }),
  };

  const hangUp = async (reason: string) => {
    if (!session || ending) return;
    ending = reason;
    limits.stop();
    log.info({ reason }, 'hanging up');
    publish({ type: 'ending', reason });
    await sayAndWait(session, persona.goodbye);
    await host.deleteRoom();
    await session.close();
  };
  const hangUpSoon = (reason: string) => {
    hangUp(reason).catch((error) => log.warn({ error: messageOf(error) }, 'hang-up failed'));
  };

  const limits = createLimits({
    maxCallMs: config.agent.maxCallMs,
    idleTimeoutMs: config.agent.idleTimeoutMs,
    onIdle: () => session?.say(persona.stillThere, { addToChatCtx: true }),
    onEnd: hangUpSoon,
  });

  const attach = (started: voice.AgentSession): Promise<string> => {
    session = started;
    watchSpeech(started, limits);
    const startedAt = performance.now();
    report({ fact: 'call-started', prompt: persona.name });
    watchConversation(started, { publish, report, prompt: persona.name, log });
    onHangUpCommand(room, () => hangUpSoon('hang-up'));
    const stopWatching = watchCaller(host, caller, () => hangUpSoon('caller lost'));
    return new Promise((resolve) => {
      started.on(Event.Close, ({ reason }) => {
        limits.stop();
        stopWatching();
        const why = ending ?? String(reason);
        const durationMs = Math.round(performance.now() - startedAt);
        report({ fact: 'call-ended', prompt: persona.name, reason: why, durationMs });
        log.info({ reason: why, durationMs }, 'call ended');
        resolve(why);
      });
    });
  };
  return { hooks, attach };
}

async function sayAndWait(session: voice.AgentSession, text: string): Promise<void> {
  session.interrupt({ force: true });
  const speech = session.say(text, { allowInterruptions: false });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_TIMEOUT_MS);
  });
  await Promise.race([speech.waitForPlayout(), timeout]);
  clearTimeout(timer);
  await delay(LINGER_MS);
}

/** Silence counts only while neither side speaks and no answer is under way. */
function watchSpeech(session: voice.AgentSession, limits: ReturnType<typeof createLimits>): void {
  let agentBusy = false;
  let callerBusy = false;
  const settle = () => (agentBusy || callerBusy ? limits.busy() : limits.quiet());
  session.on(Event.AgentStateChanged, ({ newState }) => {
    agentBusy = newState === 'speaking' || newState === 'thinking';
    settle();
  });
  session.on(Event.UserStateChanged, ({ newState }) => {
    callerBusy = newState === 'speaking';
    if (callerBusy) limits.heard();
    settle();
  });
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message' || item.role !== 'user') return;
    limits.heard();
    settle();
  });
}

function watchConversation(
  session: voice.AgentSession,
  {
    publish,
    report,
    prompt,
    log,
  }: { publish(event: CallEvent): void; report: Report; prompt: string; log: Log },
): void {
  const recordLatency = createLatencyRecord((turn) => {
    log.info({ turn: turn.turn, ...turn.parts, interrupted: turn.interrupted }, 'turn answered');
    report({ fact: 'turn', prompt, interrupted: turn.interrupted, parts: turn.parts });
    publish({ type: 'turn', ...turn });
  });
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message') return;
    log.debug({ role: item.role, pii_text: item.textContent }, 'said');
    recordLatency(item);
  });
  session.on(Event.Error, ({ error }) => log.debug({ error: messageOf(error) }, 'session reported an error'));
}

/** A caller who hung up ends the session by itself; one whose connection broke gets time to return. */
function watchCaller({ room }: CallHost, { identity }: Caller, onLost: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onLeft = (participant: { identity: string }) => {
    if (participant.identity === identity) timer = setTimeout(onLost, RETURN_TIMEOUT_MS);
  };
  const onBack = (participant: { identity: string }) => {
    if (participant.identity === identity) clearTimeout(timer);
  };
  room.on(RoomEvent.ParticipantDisconnected, onLeft);
  room.on(RoomEvent.ParticipantConnected, onBack);
  return () => {
    clearTimeout(timer);
    room.off(RoomEvent.ParticipantDisconnected, onLeft);
    room.off(RoomEvent.ParticipantConnected, onBack);
  };
}
