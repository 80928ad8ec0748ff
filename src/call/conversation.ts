import { setTimeout as delay } from 'node:timers/promises';
import { voice } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import { type EndpointError, messageOf } from '../errors.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Persona } from '../persona/store.ts';
import { createApology } from './apology.ts';
import { callersIn } from './caller.ts';
import type { CallerOutput } from './caller-output.ts';
import { answerInWriting, listenToChat } from './chat.ts';
import type { CallHost } from './host.ts';
import { createLatencyRecord } from './latency.ts';
import { createLimits } from './limits.ts';
import type { Line } from './line.ts';
import type { CallerLink } from './link.ts';
import type { Phrases } from './phrases.ts';
import type { CallHooks } from './pipeline.ts';
import { createRefusals } from './refusals.ts';
import { type CallEvent, faultEvent, onHangUpCommand, publishEvent } from './room-events.ts';
import { createThoughtsWarning } from './thoughts.ts';
import { TurnRecord } from './turn-record.ts';
import { watchSilence } from './watch.ts';

/** Why a call ends that has nobody left to say good-bye to. */
const WITHOUT_GOODBYE = {
  left: 'participant_disconnected',
  lost: 'caller lost',
  unanswered: 'not answered',
} as const;
const HAS_NO_LISTENER: ReadonlySet<string> = new Set(Object.values(WITHOUT_GOODBYE));
/** A good-bye that cannot be spoken must not keep the line open. */
const GOODBYE_TIMEOUT_MS = 10_000;
/** An API that hangs must not keep the call's slot. */
const DELETE_TIMEOUT_MS = 5000;
/** The last words are still on their way to the caller when the last frame has been handed over. */
const LINGER_MS = 600;

const { AgentSessionEventTypes: Event } = voice;

export interface ConversationParts {
  host: CallHost;
  config: Config;
  persona: Persona;
  link: CallerLink;
  line: Line;
  log: Log;
  report: Report;
}

/**
 * Everything that happens around a running session: limits, hang-up, failures told to the caller and the page,
 * latency of each turn. `hooks` go to the stages before the session exists; `attach` connects it and returns the
 * promise of the call's end.
 */
export function follow({ host, config, persona, link, line, log, report }: ConversationParts) {
  const { room } = host;
  let session: voice.AgentSession | undefined;
  let phrases: Phrases | undefined;
  let ending: string | undefined;

  const publish = (event: CallEvent, to?: string) => {
    publishEvent(room, event, to).catch((error) =>
      log.debug({ error: messageOf(error) }, 'event not published'),
    );
  };

  const apology = createApology(() => {
    if (!ending) phrases?.say(persona.apology, { addToChatCtx: false });
  });

  const record = new TurnRecord();
  const warnOfThoughts = createThoughtsWarning(log);
  const hooks: CallHooks = {
    onMark: (mark) => record.mark(mark),
    onTurnEnded: (times) => record.ended(times),
    onTurnCut(inARow) {
      log.info({ inARow }, 'turn cut: the caller has not stopped speaking');
      limits.talkedOn(inARow);
    },
    onError(error: EndpointError) {
      const { endpoint, url, failure, status, reason, hint } = error;
      // The message may hold more than the reason: what a server answered in place of a transcript or a voice.
      log.warn({ endpoint, url, failure, status, reason, hint, pii_said: error.message }, 'endpoint failed');
      report({ fact: 'endpoint-failed', endpoint, failure });
      publish(faultEvent(error, config.agent.showFaults));
      if (endpoint !== 'tts') apology.ask();
    },
    onFallback({ endpoint, url, failure, status, reason, hint }) {
      log.warn(
        { endpoint, url, failure, status, reason, hint },
        'realtime transcription does not work: batch for the rest of this call',
      );
      report({ fact: 'endpoint-failed', endpoint, failure });
    },
    onDropped(reason) {
      report({ fact: 'transcript-dropped', reason });
      log.debug({ reason }, 'transcript dropped');
    },
    onAnswer: warnOfThoughts,
    onTiming: (endpoint, firstByteMs) => report({ fact: 'endpoint-answered', endpoint, firstByteMs }),
  };

  const hangUp = async (reason: string) => {
    if (!session || ending) return;
    ending = reason;
    limits.stop();
    line.close();
    log.info({ reason }, 'hanging up');
    publish({ type: 'ending', reason });
    try {
      if (!HAS_NO_LISTENER.has(reason)) await sayAndWait(session, phrases, persona.goodbye);
    } finally {
      await atMost(DELETE_TIMEOUT_MS, endRoom(host, link)).finally(() => session?.close());
    }
  };
  const hangUpSoon = (reason: string) => {
    hangUp(reason).catch((error) => log.warn({ error: messageOf(error) }, 'hang-up failed'));
  };

  const limits = createLimits({
    maxCallMs: config.agent.maxCallMs,
    idleTimeoutMs: config.agent.idleTimeoutMs,
    onIdle: () => phrases?.say(persona.stillThere, { addToChatCtx: true }),
    onEnd: hangUpSoon,
  });

  const attach = (started: voice.AgentSession, output: CallerOutput, said: Phrases): Promise<string> => {
    session = started;
    phrases = said;
    output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => record.heard());
    started.on(Event.UserInputTranscribed, () => apology.turnOpened());
    const callerCame = watchSilence(started, limits);
    line.opened.then((state) => {
      if (state === 'open') limits.begin();
      if (state === 'unanswered') hangUpSoon(WITHOUT_GOODBYE.unanswered);
    });
    const startedAt = performance.now();
    report({ fact: 'call-started', prompt: persona.name });
    watchConversation(started, {
      ...{ publish, report, log, record },
      prompt: persona.name,
      onTurn: apology.turnTaken,
    });
    const isCaller = (identity: string) => identity === link.caller.identity;
    const refuse = createRefusals(log, report);
    onHangUpCommand({ room, isCaller, refuse, onHangUp: () => hangUpSoon('hang-up') });
    const stopChat = listenToChat({
      ...{ room, isCaller, refuse },
      onTurn: (text) => answerInWriting(started, text, log),
      tell: (identity, message) => publish({ type: 'notice', message }, identity),
    });
    const stopWatching = link.follow({
      onChange({ identity }) {
        log.info({ pii_caller: identity }, 'caller changed');
        started._roomIO?.setParticipant(identity);
        callerCame();
      },
      onGone: (how) => hangUpSoon(WITHOUT_GOODBYE[how]),
    });
    return new Promise((resolve) => {
      started.on(Event.Close, ({ reason }) => {
        limits.stop();
        line.close();
        stopChat();
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

/** Hangs up on the caller. The room goes with them; when somebody else is in it, it goes on without the agent. */
async function endRoom(host: CallHost, { caller }: CallerLink): Promise<void> {
  const callers = callersIn(host.room).map(({ identity }) => identity);
  if (callers.length === 1 && callers[0] === caller.identity) await host.deleteRoom();
}

async function sayAndWait(
  session: voice.AgentSession,
  phrases: Phrases | undefined,
  text: string,
): Promise<void> {
  session.interrupt({ force: true });
  const speech = phrases?.say(text, { allowInterruptions: false });
  await atMost(GOODBYE_TIMEOUT_MS, speech?.waitForPlayout() ?? Promise.resolve());
  await delay(LINGER_MS);
}

/** Waits for the work, or until the time is up; a timer that lost keeps no process alive. */
function atMost(timeoutMs: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, delay(timeoutMs, undefined, { ref: false })]);
}

interface ConversationWatch {
  publish(event: CallEvent): void;
  report: Report;
  prompt: string;
  log: Log;
  record: TurnRecord;
  /** A message of the caller became part of the conversation. */
  onTurn(): void;
}

function watchConversation(
  session: voice.AgentSession,
  { publish, report, prompt, log, record, onTurn }: ConversationWatch,
): void {
  const recordLatency = createLatencyRecord(
    (turn) => {
      log.info({ turn: turn.turn, ...turn.parts, interrupted: turn.interrupted }, 'turn answered');
      report({ fact: 'turn', prompt, interrupted: turn.interrupted, parts: { ...turn.parts } });
      publish({ type: 'turn', ...turn });
    },
    () => record.take(),
  );
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message') return;
    log.debug({ role: item.role, pii_text: item.textContent }, 'said');
    recordLatency(item);
    if (item.role === 'user') onTurn();
  });
  session.on(Event.Error, ({ error }) => log.debug({ error }, 'session reported an error'));
}
