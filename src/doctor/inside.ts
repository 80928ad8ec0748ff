import { chat } from './checks/chat.ts';
import { models } from './checks/models.ts';
import { ready } from './checks/ready.ts';
import { signal } from './checks/signal.ts';
import { speech } from './checks/speech.ts';
import { transcription } from './checks/transcription.ts';
import { turn } from './checks/turn.ts';
import type { InsideCheck } from './inside-context.ts';

/** The hops that can be tried from where an agent sits, in the order in which a call meets them. */
export const INSIDE: readonly InsideCheck[] = [signal, turn, ready, models, transcription, chat, speech];
