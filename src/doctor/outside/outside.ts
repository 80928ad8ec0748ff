import { processEnvironment } from '../../config/environment.ts';
import { AppError, codeOf } from '../../errors.ts';
import { dns } from '../checks/dns.ts';
import { iceServers } from '../checks/ice-servers.ts';
import { signalTcp } from '../checks/signal-tcp.ts';
import { signalTls } from '../checks/signal-tls.ts';
import { signalWs } from '../checks/signal-ws.ts';
import { type Transport, turn } from '../checks/turn.ts';
import { targetOf } from '../reach.ts';
import { type Checked, type RunOptions, tryHops } from '../run.ts';
import type { OutsideCheck, OutsideContext, WebRtc } from './context.ts';
import { conversation } from './conversation.ts';
import { credentialFrom, terminalPrompt } from './credential.ts';
import { joinRelay } from './join-relay.ts';
import { page } from './page.ts';
import { pageToken } from './page-token.ts';
import { relayLoss } from './relay-loss.ts';
import { signalToken } from './signal-token.ts';

const nameOfLiveKit = ({ seen: { url } }: OutsideContext) =>
  url === undefined ? [] : [{ host: targetOf(url).host, from: 'LIVEKIT_PUBLIC_URL of the page' }];

/** With the credentials that LiveKit gives a caller. */
const turnDoor = (transport: Transport): OutsideCheck => ({
  ...turn(transport),
  needs: ['ice-servers'],
  deadlineMs: 8000,
});

/** The hops that can be tried from a caller's machine, in the order in which a call meets them. */
export const OUTSIDE: readonly OutsideCheck[] = [
  ...[page, pageToken, { ...dns(nameOfLiveKit), needs: ['page-token'] }],
  ...[signalTcp, signalTls, signalWs, signalToken, iceServers],
  ...[turnDoor('udp'), turnDoor('tcp'), turnDoor('tls')],
  ...[joinRelay('udp'), joinRelay('tcp'), joinRelay('tls')],
  ...[relayLoss, conversation],
];

/** The page counts each attempt as a call, and takes 30 a minute from one address. */
const MOST_REPEATS = 8;

/**
 * `check --page`: what a caller's machine sees, with the page's credential only.
 *
 * @param credentialFile - holds the credential; else it comes from `WEB_TOKEN`, `WEB_TOKEN_FILE` or a person
 */
export async function checkFromOutside(
  address: string,
  credentialFile: string | undefined,
  options: RunOptions,
): Promise<Checked> {
  if ((options.repeat ?? 1) > MOST_REPEATS)
    throw new AppError(`--repeat ${options.repeat}: from outside at most ${MOST_REPEATS}`, {
      hint: 'the page counts each attempt as a call, and takes 30 a minute from one address',
    });
  const env = processEnvironment();
  const ask = terminalPrompt();
  const file = credentialFile ?? env.WEB_TOKEN_FILE;
  const credential = credentialFrom({ variable: env.WEB_TOKEN, file, ...(ask && { ask }) });
  return tryHops(OUTSIDE, { page: address, credential, webrtc: loadWebRtc, fetch, seen: {} }, options);
}

/** `undefined` in a copy of the program that was not built. */
async function loadWebRtc(): Promise<WebRtc | undefined> {
  try {
    return await import('./webrtc.ts');
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
