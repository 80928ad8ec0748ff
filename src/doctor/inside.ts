import type { Check } from './check.ts';
import { chat } from './checks/chat.ts';
import { settings } from './checks/config.ts';
import { configuredNames, dns } from './checks/dns.ts';
import { models } from './checks/models.ts';
import { ready } from './checks/ready.ts';
import { signalTcp } from './checks/signal-tcp.ts';
import { signalTls } from './checks/signal-tls.ts';
import { signalToken } from './checks/signal-token.ts';
import { signalWs } from './checks/signal-ws.ts';
import { speech } from './checks/speech.ts';
import { transcription } from './checks/transcription.ts';
import { turn } from './checks/turn.ts';
import type { InsideCheck, InsideContext } from './inside-context.ts';

/** The hops that can be tried from where an agent sits, in the order in which a call meets them. */
export const INSIDE: readonly InsideCheck[] = [
  settings,
  ...[
    dns<InsideContext>(({ config }) => configuredNames(config)),
    ...[signalTcp, signalTls, signalWs, signalToken],
    turn,
    ready,
    ...[models, transcription, chat, speech],
  ].map(afterSettings),
];

/** Nothing is tried with settings that were refused. */
function afterSettings<C>(check: Check<C>): Check<C> {
  return { ...check, needs: ['config', ...(check.needs ?? [])] };
}
