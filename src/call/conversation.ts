import { voice } from '@livekit/agents';
import type { Actions } from '../actions/actions.ts';
import type { Config } from '../config/schema.ts';
import { currentSpeechOf } from '../framework/activity.ts';
import { listenTo } from '../framework/room-io.ts';
import type { Happening } from '../observe/call-events.ts';
import type { Log } from '../observe/log.ts';
import type { PersonaActions } from '../persona/action-matter.ts';
import type { Persona } from '../persona/store.ts';
import { isAudible, whoIs } from './caller.ts';
import type { CallerOutput } from './caller-output.ts';
import { answerInWriting, breakIn, listenToChat } from './chat.ts';
import { onHangUpCommand } from './commands.ts';
import { Cover, watchWaiting } from './cover.ts';
import type { CoverVoice } from './cover-voice.ts';
import { endWhenDeaf } from './deaf.ts';
import type { CallEvents } from './events.ts';
import { type GoingOn, lastedMs } from './going-on.ts';
import { type HangUp, WITHOUT_GOODBYE } from './hang-up.ts';
import { Histories } from './histories.ts';
import { watchHold } from './hold.ts';
import type { CallHost } from './host.ts';
import { lastPacketMs } from './last-packet.ts';
import { Limits, watchSilence } from './limits.ts';
import { type Line, openLine } from './line.ts';
import type { CallerLink } from './link.ts';
import { announceListeners } from './listeners.ts';
import { mediaOf, watchMedia } from './media-quality.ts';
import type { Phrases } from './phrases.ts';
import { createRefusals } from './refusals.ts';
import type { CallScope } from './scope.ts';
import { tellSession } from './session-events.ts';
import { SilentTurn, watchTurns } from './silent-turn.ts';

/** From a caller's being in the room again to their hearing the agent's track. */
const SUBSCRIBED_WITHIN_MS = 300;

export interface ConversationParts {
  scope: CallScope;
  events: CallEvents;
  hangUp: HangUp;
  host: CallHost;
  config: Config;
  persona: Persona;
  link: CallerLink;
  line: Line;
  session: voice.AgentSession;
  output: CallerOutput;
  coverVoice: CoverVoice;
  phrases: Phrases;
  goesOn: GoingOn | undefined;
  actions: Actions;
  /** Those of the prompt that this call can do. */
  offered: PersonaActions;
  log: Log;
}

/** Everything that happens around a session, until the call is over: what is told of it, and what follows from that. */
export function follow(parts: ConversationParts): void {
  const { scope, hangUp, persona, link, session, output, phrases, events } = parts;
  hangUp.attach({ session, phrases, link, goodbye: persona.goodbye });
  boundInTime(parts);
  coverSilence(parts);
  const apologise = () =>
    phrases.say(persona.apology, { addToChatCtx: false, allowInterruptions: false }).waitForPlayout();
  events.subscribe(announceListeners(phrases, persona));
  events.subscribe(endWhenDeaf({ clock: scope.clock, apologise, hangUp }));
  tellSession(session, output, (happening) => events.emit(happening));
  session.on(voice.AgentSessionEventTypes.Close, ({ reason }) => {
    const ok = reason !== voice.CloseReason.ERROR;
    void scope.end({ reason: hangUp.reason ?? String(reason), ok });
  });
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) =>
    parts.log.debug({ error }, 'session reported an error'),
  );
  const { clock, signal } = scope;
  const look = () => mediaOf(parts.host.room);
  events.subscribe(watchMedia({ look, clock, signal, emit: (happening) => events.emit(happening) }));
  followLine(parts);
  followCaller(parts);
  if (link.caller.via === 'sip') followHold(parts);
  listenToRoom(parts);
}

/**
 * Asks a silent caller whether they are there, or tells them once that their microphone is off; hangs up after another silence, or when the call is too long. */
function boundInTime(parts: ConversationParts): void {
  const { scope, events, hangUp, config, persona, phrases, host, link, goesOn } = parts;
  let isTold = false;
  const question = () => {
    if (isTold || isAudible(host.room, link.caller.identity)) return persona.stillThere;
    isTold = true;
    return persona.unheard;
  };
  const limits = new Limits({
    maxCallMs: Math.max(0, config.agent.maxCallMs - lastedMs(goesOn)),
    idleTimeoutMs: config.agent.idleTimeoutMs,
    onIdle: () => phrases.say(question(), { addToChatCtx: true }),
    onEnd: (reason) => hangUp.begin(reason),
    clock: scope.clock,
  });
  events.subscribe(watchSilence(limits));
}

/** A caller who waits hears a filler, then an apology; what follows on that is for the prompt to say. */
function coverSilence({ events, hangUp, ...parts }: ConversationParts): void {
  const { scope, config, persona, coverVoice: voice, output, phrases } = parts;
  const afterApology = {
    continue() {},
    goodbye: () => hangUp.begin('no answer'),
    transfer: () => transferAfterFailure(parts),
  };
  const cover = new Cover({
    ...{ voice, output, phrases, persona },
    fillerAfterMs: config.agent.fillerAfterMs,
    clock: scope.clock,
    emit: (happening) => events.emit(happening),
    onApologised: afterApology[persona.onFailure],
  });
  const silence = new SilentTurn({
    onBroken: () => cover.apologise(),
    onSilent(reason) {
      events.emit({ type: 'turn-without-sound', reason });
      cover.apologise();
    },
  });
  events.subscribe(watchTurns(silence));
  events.subscribe(watchWaiting(cover));
}

/** To the first target of the prompt; where there is none that this call can be put through to, it goes on. */
function transferAfterFailure({ actions, offered }: Pick<ConversationParts, 'actions' | 'offered'>): void {
  const [target] = Object.keys(offered.targets);
  if (target !== undefined) actions.begin({ action: 'transfer', target }, 'failure');
}

function followLine({ scope, events, hangUp, line }: ConversationParts): void {
  events.subscribe(({ type }) => {
    if (type === 'ending') line.close();
  });
  void line.opened.then(
    scope.guard((state) => {
      if (state === 'open') events.emit({ type: 'line-opened' });
      if (state === 'unanswered') hangUp.begin(WITHOUT_GOODBYE.unanswered);
    }),
  );
}

function followCaller(parts: ConversationParts): void {
  const { scope, events, hangUp, host, link, session, persona, phrases } = parts;
  const histories = new Histories(session);
  link.follow({
    onChange(caller, before) {
      const piiCaller = whoIs(caller);
      histories.change(whoIs(before), piiCaller).catch((error) => scope.fail(error));
      listenTo(session, caller.identity);
      events.emit({ type: 'caller-changed', piiCaller });
    },
    onAway: () => currentSpeechOf(session)?.interrupt(true),
    onReturn() {
      const heard = openLine({ room: host.room, link, subscribed: Promise.resolve(), clock: scope.clock });
      scope.signal.addEventListener('abort', () => heard.close(), { once: true });
      void heard.opened.then(() =>
        scope.clock.after(SUBSCRIBED_WITHIN_MS, () => {
          if (!hangUp.reason) phrases.say(persona.resumed, { addToChatCtx: false });
        }),
      );
    },
    onGone: (how, mayComeBack) => hangUp.begin(WITHOUT_GOODBYE[how], mayComeBack),
  });
}

/** Nothing is said to a phone on hold: its owner hears none of it, or others do. */
function followHold({ scope, events, host, session, log }: ConversationParts): void {
  const { clock } = scope;
  const emit = (happening: Happening) => events.emit(happening);
  events.subscribe(watchHold({ clock, emit, lastPacketMs: () => lastPacketMs(host.room) }));
  let isHeld = false;
  events.subscribe((event) => {
    if (event.type === 'hold') isHeld = event.isHeld && event.isCertain;
    else if (event.type !== 'agent-busy' || !event.isBusy) return;
    if (isHeld) breakIn(session, log);
  });
}

/** What the caller writes, and asks for by their page. */
function listenToRoom({ scope, events, hangUp, host, link, session, log }: ConversationParts): void {
  const { room } = host;
  const { clock } = scope;
  const isCaller = (identity: string) => identity === link.caller.identity;
  const refuse = createRefusals((refused) => events.emit(refused), clock);
  onHangUpCommand({ scope, room, isCaller, refuse, onHangUp: () => hangUp.begin('hang-up') });
  const stopChat = listenToChat({
    ...{ room, isCaller, refuse, clock },
    onTurn: (text) => answerInWriting(session, text, log),
    tell: (identity, message) => events.emit({ type: 'notice', piiTo: identity, message }),
  });
  scope.defer('chat', stopChat);
}
