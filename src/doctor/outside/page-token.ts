import { AppError } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';
import type { OutsideCheck, OutsideMeans } from './context.ts';
import { askPage, PageRefusal } from './page-request.ts';

/** What participants of one check need to join a room of their own, as `POST /api/check` answers. */
export interface CheckRoom {
  url: string;
  participants: { token: string }[];
}

/** The page takes the credential, and gives what a caller needs to join. */
export const pageToken: OutsideCheck = {
  id: 'page-token',
  proves: 'the page takes our credential',
  needs: ['page'],
  deadlineMs: 120_000, // somebody may be typing it
  async run(means) {
    const { url, participants } = await askForCheckRoom(means);
    means.seen.url = url;
    means.seen.urlSetting = 'LIVEKIT_PUBLIC_URL';
    if (url.startsWith('ws:') && means.seen.page?.protocol === 'https:')
      throw new AppError(
        `the page names LiveKit as ${hideUrlSecrets(url)}: a browser opens no ws:// from a page on https://`,
        {
          hint: 'give LiveKit’s public address as wss:// (LIVEKIT_PUBLIC_URL; chart: livekit.publicUrl)',
        },
      );
    const token = participants.at(-1)?.token ?? '';
    means.seen.token = token;
    means.seen.pageSkewMs = skewOfMaker(token);
    return `tokens for a room of the check on ${hideUrlSecrets(url)}`;
  },
};

/** @throws AppError that says why the page gives none, and what to do */
export async function askForCheckRoom(means: OutsideMeans): Promise<CheckRoom> {
  const answer = await askWithCredential(means, 'api/check', {});
  if (!isCheckRoom(answer)) throw new AppError('the page gives no tokens', { hint: otherVersion(means) });
  return answer;
}

/**
 * A request that the page wants its credential for.
 *
 * @throws AppError that says why it is refused, in terms of what can be set here or there
 */
export async function askWithCredential(means: OutsideMeans, path: string, body: object): Promise<object> {
  const { seen, signal, fetch } = means;
  if (!seen.page) throw new AppError('the page is not known');
  if (seen.credentialNeed === 'not-configured')
    throw new AppError('the page has no credential, and so serves nobody but its own machine', {
      hint: 'set WEB_TOKEN where the page runs (openssl rand -hex 24), and here',
    });
  const bearer = seen.credentialNeed === 'none' ? undefined : await means.credential();
  if (bearer === undefined && seen.credentialNeed === 'wanted')
    throw new AppError('the page wants a credential, and none was given', {
      hint: 'WEB_TOKEN=<credential> in the environment of this program, or --credential-file <file>',
    });
  try {
    return await askPage({ page: seen.page, path, bearer, body, signal, fetch });
  } catch (error) {
    if (error instanceof PageRefusal) throw explained(error, means);
    throw error;
  }
}

function explained({ status, message, hint }: PageRefusal, means: OutsideMeans): AppError {
  if (status === 401)
    return new AppError(message, {
      hint: 'WEB_TOKEN here (or the file of --credential-file) must be the WEB_TOKEN of the page, or the token of one of its web.credentials: it is wrong, or was replaced',
    });
  if (status === 404 || status === 400) return new AppError(message, { hint: otherVersion(means) });
  return new AppError(message, { ...(hint !== undefined && { hint }) });
}

const otherVersion = ({ seen }: OutsideMeans) =>
  `the page is of another version than this program: take the program that it offers (${seen.page?.href}download/voice-agent-check.mjs), or upgrade the page`;

/** A token is good from the moment at which it is made, by the clock of who makes it. */
function skewOfMaker(token: string): number | undefined {
  const [, claims = ''] = token.split('.');
  try {
    const { nbf } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return typeof nbf === 'number' ? nbf * 1000 - Date.now() : undefined;
  } catch {
    return undefined;
  }
}

function isCheckRoom(answer: unknown): answer is CheckRoom {
  if (typeof answer !== 'object' || answer === null) return false;
  const { url, participants } = answer as Record<string, unknown>;
  if (typeof url !== 'string' || !URL.canParse(url) || !Array.isArray(participants)) return false;
  return participants.length > 1 && participants.every((one) => typeof one?.token === 'string');
}
