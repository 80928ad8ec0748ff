import type { llm } from '@livekit/agents';
import { Actions, type Asked } from '../actions/actions.ts';
import { toolsOf } from '../actions/tools.ts';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import type { Happening } from '../observe/call-events.ts';
import type { Log } from '../observe/log.ts';
import type { ChatEndpoint } from '../openai/chat-body.ts';
import { NO_ACTIONS, type PersonaActions } from '../persona/action-matter.ts';
import type { DigitQuestion } from '../persona/keypad-matter.ts';
import { loadSetup, NO_PHONES } from '../phone/load-setup.ts';
import { allowedOver, refusalOf } from '../phone/outbound/dial-rules.ts';
import type { Caller } from './caller.ts';
import type { CallEvents } from './events.ts';
import { WITHOUT_GOODBYE } from './hang-up.ts';
import type { CallHost } from './host.ts';
import type { Keys } from './keys.ts';
import { pressKeys } from './press-keys.ts';
import { transferCall } from './transfer-call.ts';
import { type WarmTransferParts, warmTransfer } from './warm-transfer.ts';

export interface ActParts extends WarmTransferParts {
  host: Pick<CallHost, 'transfer' | 'room' | 'colleagues'>;
  events: Pick<CallEvents, 'emit'>;
  /** As the prompt file lists and the line can do: `offeredTo`. */
  offered: PersonaActions;
  /** Those of the prompt that the caller has keys for. */
  questions: Readonly<Record<string, DigitQuestion>>;
  keys: Pick<Keys, 'ask' | 'headers'>;
}

/** The last words are still on their way to the caller when the last frame has been handed over. */
const LINGER_MS = 600;

/** What of a prompt's actions a caller can be offered: a browser has no keys and no exchange; numbers have to be allowed. */
export function offeredTo(
  { via }: Pick<Caller, 'via'>,
  actions: PersonaActions,
  allowed: readonly string[],
  log: Log,
): PersonaActions {
  if (via !== 'sip') return { ...actions, sendDigits: false, targets: {} };
  const targets = Object.entries(actions.targets).filter(([target, { number }]) => {
    const refusal = refusalOf(number, allowed);
    if (refusal === undefined) return true;
    const hint =
      refusal === 'not-allowed'
        ? 'add its beginning to allowedPrefixes of an outbound trunk in PHONE_SETUP'
        : 'give it another number';
    log.warn(
      { target, refusal, hint, pii_number: number },
      'a target of the prompt may not be transferred to',
    );
    return false;
  });
  return { ...actions, targets: Object.fromEntries(targets) };
}

/**
 * The same by the set-up of phones as it is now. A file that cannot be read allows nothing, and is no reason to leave a caller
 * without an agent.
 */
export async function offeredNow(
  caller: Pick<Caller, 'via'>,
  actions: PersonaActions = NO_ACTIONS,
  { phone }: Pick<Config, 'phone'>,
  log: Log,
): Promise<PersonaActions> {
  const hasTargets = caller.via === 'sip' && Object.keys(actions.targets).length > 0;
  const setup = await loadSetup(hasTargets ? phone.setup : undefined).catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, 'the set-up of phones cannot be read: nobody is transferred');
    return NO_PHONES;
  });
  return offeredTo(caller, actions, allowedOver(setup), log);
}

/** What the agent of one call does beside talking, and the tools by which its model asks for it. */
export function openActions(parts: ActParts): { actions: Actions; tools: llm.ToolContextEntry[] } {
  const { scope, events, offered, questions } = parts;
  const actions = new Actions({
    carryOut: (asked) => carryOut(asked, parts),
    emit: (happening) => events.emit(happening),
    signal: scope.signal,
  });
  return { actions, tools: toolsOf(offered, (request, answer) => actions.ask(request, answer), questions) };
}

async function carryOut({ request, hasSpoken }: Asked, parts: ActParts): Promise<string | undefined> {
  const { scope, hangUp, host, offered } = parts;
  switch (request.action) {
    case 'hang_up':
      if (hasSpoken) await scope.sleep(LINGER_MS);
      hangUp.begin(hasSpoken ? WITHOUT_GOODBYE.said : 'agent hung up');
      return undefined;
    case 'send_digits':
      await pressKeys(request.digits, host.room, scope);
      return undefined;
    case 'ask_digits':
      parts.keys.ask(request.question);
      return undefined;
    case 'transfer': {
      const target = offered.targets[request.target];
      if (!target) return 'no such target';
      return target.warm ? warmTransfer(target, parts) : transferCall(target, parts, parts.keys.headers());
    }
  }
}

/** Tells once where the model's endpoint takes no tools: priming finds it out before the first turn. */
export function watchRefusedTools(
  { memory, model, baseUrl }: Pick<ChatEndpoint, 'memory' | 'model' | 'baseUrl'>,
  emit: (happening: Happening) => void,
): () => void {
  let isTold = false;
  return () => {
    if (isTold || !memory.learned.without?.includes('tools')) return;
    isTold = true;
    emit({ type: 'actions-refused', url: baseUrl, model });
  };
}
