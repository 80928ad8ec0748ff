import { randomUUID } from 'node:crypto';
import { type RemoteParticipant, RoomEvent } from '@livekit/rtc-node';
import { AppError } from '../errors.ts';
import type { TransferTarget } from '../persona/action-matter.ts';
import { sipFailure } from '../phone/outbound/sip-result.ts';
import { type Apart, keepApart } from './apart.ts';
import { WITHOUT_GOODBYE } from './hang-up.ts';
import { type HoldLineParts, holdLine } from './hold-line.ts';
import type { CallHost } from './host.ts';
import { inTime } from './scope.ts';
import { TONE } from './tone.ts';
import { announce, giveBack, type TransferParts } from './transfer-call.ts';

export interface WarmTransferParts
  extends Omit<TransferParts, 'host' | 'phrases'>,
    Pick<HoldLineParts, 'cover'> {
  host: Pick<CallHost, 'room' | 'colleagues'>;
  phrases: TransferParts['phrases'] & {
    soundOf(text: string, withinMs: number): Promise<Int16Array | undefined>;
  };
  /** What the colleague is told; may be empty. Never rejects. */
  summarise(): Promise<string>;
}

/** LiveKit gives up after the ringing, 30 s (`host/colleagues.ts`). */
const ANSWERED_WITHIN_MS = 45_000;
const SPOKEN_WITHIN_MS = 8000;
const TOLD_WITHIN_MS = 60_000;
/** After the last word: time to press the key. A mailbox that records so long presses none. */
const PRESSES_WITHIN_MS = 15_000;
const ACCEPT_KEY = '1';
/** After the last word: time to hang up. */
const REFUSES_WITHIN_MS = 1500;

/**
 * Puts the caller through to a colleague who is told first what it is about: calls them into the caller's room, where neither hears
 * the other; the caller hears it ringing, then that they have answered, then a soft tone. The colleague takes the call by
 * key 1, also before the summary has ended, or where the target says so by staying on the line; then the two hear each other, and the
 * agent leaves. Busy, no answer, declined, hung up, no key (a mailbox has none): the caller is told, and the conversation goes on.
 *
 * @returns why it failed; `undefined` where it worked.
 */
export async function warmTransfer(
  target: TransferTarget,
  parts: WarmTransferParts,
): Promise<string | undefined> {
  const { scope, host, hangUp, session, persona, link } = parts;
  const colleague = `colleague-${randomUUID()}`;
  const text = parts.summarise();
  let apart: Apart | undefined;
  session.input.setAudioEnabled(false);
  await announce(target, parts).catch(() => {});
  const held = holdLine(parts);
  try {
    apart = await keepApart({ scope, host, caller: link.caller.identity, colleague });
    const accept = target.accept === 'stay' ? parts.persona.transferStay : parts.persona.transferAccept;
    const sound = text.then((summary) => soundFor(summary, accept, parts));
    const putOut = () => host.colleagues.putOut(colleague);
    const answering = host.colleagues.call(colleague, target.number);
    await scope.open(answering, { what: 'colleague', withinMs: ANSWERED_WITHIN_MS, whenLate: putOut });
    await apart.hold();
    held.answered(persona.transferWaiting);
    await taken(colleague, target, parts, tellAll(apart, sound, parts));
    await apart.join();
  } catch (error) {
    held.stop();
    await Promise.allSettled([host.colleagues.putOut(colleague), apart?.close()]);
    giveBack(parts);
    return sipFailure(error).reason;
  }
  held.stop();
  await apart.close();
  host.colleagues.endWithOne();
  hangUp.begin(WITHOUT_GOODBYE.handedOver);
  return undefined;
}

/** A tone where the voice fails: that somebody is there at all. */
async function soundFor(
  summary: string,
  accept: string,
  { phrases }: WarmTransferParts,
): Promise<Int16Array> {
  const whole = await phrases.soundOf(`${summary} ${accept}`.trim(), SPOKEN_WITHIN_MS);
  return whole ?? (await phrases.soundOf(accept, 0)) ?? TONE;
}

async function tellAll(
  apart: Apart,
  sound: Promise<Int16Array>,
  { scope }: WarmTransferParts,
): Promise<void> {
  await inTime(sound.then(apart.tell), TOLD_WITHIN_MS, 'summary', scope.clock);
}

/**
 * Resolves when the colleague has taken the call.
 *
 * @param told - settles when they have heard all.
 * @throws AppError where they hang up, or press no key in time; the reason of the call's end.
 */
function taken(
  colleague: string,
  { accept = 'key' }: TransferTarget,
  { scope, host: { room } }: WarmTransferParts,
  told: Promise<void>,
): Promise<void> {
  const gone = () => new AppError('the colleague hung up');
  if (!room.remoteParticipants.has(colleague)) return Promise.reject(gone());
  const stops: (() => void)[] = [];
  const left = new Promise<never>((_, reject) => {
    const onLeft = ({ identity }: RemoteParticipant) => identity === colleague && reject(gone());
    stops.push(scope.listen(room, RoomEvent.ParticipantDisconnected, onLeft));
  });
  const pressed = new Promise<void>((resolve) => {
    const onKey = (_code: number, key: string, sender: RemoteParticipant | undefined) =>
      sender?.identity === colleague && key === ACCEPT_KEY && resolve();
    stops.push(scope.listen(room, RoomEvent.DtmfReceived, onKey));
  });
  const waited = told.then(async () => {
    await scope.sleep(accept === 'stay' ? REFUSES_WITHIN_MS : PRESSES_WITHIN_MS);
    scope.signal.throwIfAborted();
    if (accept === 'key') throw new AppError(`the colleague did not press ${ACCEPT_KEY}`);
  });
  const over = Promise.race([left, pressed, waited]);
  return scope.open(over, { what: 'summary', withinMs: 2 * TOLD_WITHIN_MS }).finally(() => {
    for (const stop of stops) stop();
  });
}
