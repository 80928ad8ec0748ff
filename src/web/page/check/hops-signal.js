import { connectProblem, mixedContentProblem } from '../connection-problem.js';
import { textOf } from '../problem.js';
import { known } from './context.js';
import { explained } from './explained.js';
import { HopError } from './run.js';

/**
 * @import { Context } from './context.js'
 * @import { Hop } from './run.js'
 */

/** @type {Hop<Context>} */
export const page = {
  id: 'page',
  proves: 'the server of the page answers',
  async run({ net, seen }) {
    const { agentName, livekitUrl } = await explained(net.settings());
    seen.agentName = agentName;
    return `LiveKit is at ${livekitUrl}`;
  },
};

/** @type {Hop<Context>} */
export const pageToken = {
  id: 'page-token',
  proves: 'the page gives tokens',
  needs: ['page'],
  async run({ net, seen }) {
    seen.grant = await explained(net.checkRoom());
    return `tokens for ${seen.grant.participants.length} participants`;
  },
};

/** @type {Hop<Context>} */
export const signalWs = {
  id: 'signal-ws',
  proves: "LiveKit's WebSocket opens",
  needs: ['page-token'],
  async run({ net, seen, page: { protocol, hostname } }) {
    const { url, ice, participants } = known(seen.grant);
    const mixed = mixedContentProblem(protocol, url);
    if (mixed)
      throw new HopError({ evidence: mixed.detail ?? '', cause: mixed.title, fix: mixed.hint ?? '' });
    const { token } = known(participants[0]);
    seen.echo = await net.enter({ url, token, relay: ice.transport === 'relay' });
    try {
      await seen.echo.signalled;
    } catch (error) {
      if (isRefusal(error)) return `${url} answers`; // what it says is the next hop's
      throw await unreachable(error, url, hostname, net);
    }
    return `${url} answers`;
  },
};

/** @type {Hop<Context>} */
export const signalToken = {
  id: 'signal-token',
  proves: 'LiveKit takes the token',
  needs: ['signal-ws'],
  async run({ seen }) {
    const echo = known(seen.echo);
    try {
      seen.iceServers = await echo.signalled;
    } catch (error) {
      throw refused(textOf(error));
    }
    const version = echo.room.serverInfo?.version;
    return version ? `livekit-server ${version}` : 'joined';
  },
};

/** @param {unknown} error */
function isRefusal(error) {
  const { status, reasonName } = /** @type {{status?: number, reasonName?: string}} */ (error ?? {});
  return status === 401 || status === 403 || reasonName === 'NotAllowed';
}

/**
 * Browsers do not say why a WebSocket did not open: whether the host answers plain requests tells some of it.
 *
 * @param {unknown} error
 * @param {string} url
 * @param {string} pageHost
 * @param {Pick<Context['net'], 'httpAnswers'>} net
 */
async function unreachable(error, url, pageHost, net) {
  const http = url.replace(/^ws/, 'http');
  const attempt = { url, pageHost, signalled: false, path: /** @type {const} */ ('any'), iceServers: [] };
  const { title, hint = '' } = connectProblem(error, attempt);
  const evidence = `${title} ${textOf(error)}`;
  if (await net.httpAnswers(http))
    return new HopError({
      evidence: `${evidence}\n${http} answers plain requests.`,
      cause:
        'The host answers, and the WebSocket does not come through: a proxy does not pass on the upgrade, or the route leads elsewhere.',
      fix: 'Look at the HTTPRoute of this host (kubectl describe httproute -A: Accepted, ResolvedRefs). A proxy must pass on the headers Upgrade and Connection.',
    });
  return new HopError({
    evidence: `${evidence}\n${http} does not answer plain requests either.`,
    cause:
      'The name does not resolve here, the port is closed, or this browser does not trust the certificate: it does not say which.',
    fix: `Open ${http} in a new tab: it shows «OK» when all is well, and else what is wrong. ${hint}`,
  });
}

/** @param {string} detail */
function refused(detail) {
  if (/expired|\b(exp|nbf|iat)\b|not valid yet/i.test(detail))
    return new HopError({
      evidence: detail,
      cause: 'The clocks of the server of the page and of LiveKit disagree: a new token is not valid there.',
      fix: 'Set both clocks (NTP): timedatectl on each node says whether they are.',
    });
  return new HopError({
    evidence: detail,
    cause: 'The server of the page signs with another key or secret than LiveKit has.',
    fix: 'Give both the same LIVEKIT_API_KEY and LIVEKIT_API_SECRET (keys in livekit.yaml), and restart both.',
  });
}
