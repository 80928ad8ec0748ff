import { voice } from '@livekit/agents';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { listenTo } from '../framework/room-io.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import type { Persona } from '../persona/store.ts';
import { createCallHooks } from './call-hooks.ts';
import type { CallerOutput } from './caller-output.ts';
import { answerInWriting, listenToChat } from './chat.ts';
import { type HangUp, WITHOUT_GOODBYE } from './hang-up.ts';
import type { CallHost } from './host.ts';
import { createLatencyRecord } from './latency.ts';
import { Limits } from './limits.ts';
import type { Line, LineState } from './line.ts';
import type { CallerLink } from './link.ts';
import type { Phrases } from './phrases.ts';
import { createRefusals } from './refusals.ts';
import { type CallEvent, onHangUpCommand, publishEvent } from './room-events.ts';
import type { CallScope } from './scope.ts';
import { explain, silentEvent } from './silent-reasons.ts';
import { SilentTurn, watchTurns } from './silent-turn.ts';
import { createThoughtsWarning } from './thoughts.ts';
import { TurnRecord } from './turn-record.ts';
import { watchSilence } from './watch.ts';

const { AgentSessionEventTypes: Event } = voice;

export interface ConversationParts {
  scope: CallScope;
  hangUp: HangUp;
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
 * latency of each turn. `hooks` go to the stages before the session exists; `attach` connects it.
 */
export function follow({ scope, hangUp, host, config, persona, link, line, log, report }: ConversationParts) {
  const { room } = host;
  let phrases: Phrases | undefined;

  const publish = (event: CallEvent, to?: string) => {
    publishEvent(room, event, to).catch((error) =>
      log.debug({ error: messageOf(error) }, 'event not published'),
    );
  };

  const record = new TurnRecord();
  const apologise = () => {
    if (!hangUp.reason) phrases?.say(persona.apology, { addToChatCtx: false });
  };
  const silence = new SilentTurn({
    onBroken: apologise,
    onSilent(reason) {
      const { what, hint } = explain(reason);
      log.warn({ reason, what, hint }, 'turn without sound');
      report({ fact: 'turn-without-sound', prompt: persona.name, reason });
      publish(silentEvent(reason, config.agent.showFaults));
      record.drop();
      apologise();
    },
  });
  const hooks = createCallHooks({
    ...{ log, report, publish, record, silence },
    warnOfThoughts: createThoughtsWarning(log),
    showFaults: config.agent.showFaults,
    onTalkedOn: (inARow) => limits.talkedOn(inARow),
  });

  const limits = new Limits({
    maxCallMs: config.agent.maxCallMs,
    idleTimeoutMs: config.agent.idleTimeoutMs,
    onIdle: () => phrases?.say(persona.stillThere, { addToChatCtx: true }),
    onEnd: (reason) => hangUp.begin(reason),
    clock: scope.clock,
  });

  const attach = (started: voice.AgentSession, output: CallerOutput, said: Phrases): void => {
    phrases = said;
    hangUp.attach({
      ...{ session: started, phrases: said, link, goodbye: persona.goodbye },
      onBegin(reason) {
        silence.stop();
        limits.stop();
        line.close();
        publish({ type: 'ending', reason });
      },
    });
    output.on(voice.AudioOutput.EVENT_PLAYBACK_STARTED, () => record.heard());
    watchTurns(started, output, silence);
    const callerCame = watchSilence(started, limits);
    const onOpened = scope.guard((state: LineState | 'closed') => {
      if (state === 'open') limits.begin();
      if (state === 'unanswered') hangUp.begin(WITHOUT_GOODBYE.unanswered);
    });
    void line.opened.then(onOpened);
    const startedAt = performance.now();
    report({ fact: 'call-started', prompt: persona.name });
    // Told before anything is closed: that takes its time, and may outlive this process.
    const onOver = () => {
      const reason = scope.over?.reason ?? '';
      const durationMs = Math.round(performance.now() - startedAt);
      report({ fact: 'call-ended', prompt: persona.name, reason, durationMs });
      log.info({ reason, durationMs }, 'call ended');
    };
    scope.signal.addEventListener('abort', onOver, { once: true });
    watchConversation(started, { ...{ publish, report, log, record, silence }, prompt: persona.name });
    const isCaller = (identity: string) => identity === link.caller.identity;
    const refuse = createRefusals(log, report, scope.clock);
    onHangUpCommand({ scope, room, isCaller, refuse, onHangUp: () => hangUp.begin('hang-up') });
    const stopChat = listenToChat({
      ...{ room, isCaller, refuse, clock: scope.clock },
      onTurn: (text) => answerInWriting(started, text, log),
      tell: (identity, message) => publish({ type: 'notice', message }, identity),
    });
    scope.defer('chat', stopChat);
    link.follow({
      onChange({ identity }) {
        log.info({ pii_caller: identity }, 'caller changed');
        listenTo(started, identity);
        callerCame();
      },
      onGone: (how) => hangUp.begin(WITHOUT_GOODBYE[how]),
    });
    started.on(Event.Close, ({ reason }) => {
      void scope.end({ reason: hangUp.reason ?? String(reason), ok: reason !== voice.CloseReason.ERROR });
    });
  };
  return { hooks, attach };
}

interface ConversationWatch {
  publish(event: CallEvent): void;
  report: Report;
  prompt: string;
  log: Log;
  record: TurnRecord;
  silence: SilentTurn;
}

function watchConversation(
  session: voice.AgentSession,
  { publish, report, prompt, log, record, silence }: ConversationWatch,
): void {
  const recordLatency = createLatencyRecord(
    (turn) => {
      log.info({ turn: turn.turn, ...turn.parts, interrupted: turn.interrupted }, 'turn answered');
      report({ fact: 'turn', prompt, interrupted: turn.interrupted, parts: { ...turn.parts } });
      publish({ type: 'turn', ...turn });
    },
    () => record.take(),
    () => silence.wasHeard,
  );
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message') return;
    log.debug({ role: item.role, pii_text: item.textContent }, 'said');
    recordLatency(item);
  });
  session.on(Event.Error, ({ error }) => log.debug({ error }, 'session reported an error'));
}
