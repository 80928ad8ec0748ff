import { isIP } from 'node:net';
import { AppError } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';

/** Endings that people copy with an address, and that are not part of where the page's files lie. */
const FILE = /(^|\/)(index\.html)?$/;

/**
 * The page's address, ending in `/`.
 *
 * @throws AppError with the address to give in its place.
 */
export function parsePageAddress(text: string): URL {
  const shown = hideUrlSecrets(text);
  const problem = (what: string, hint: string) => new AppError(`${shown}: ${what}`, { hint });
  if (!text.includes('://'))
    throw problem('no address of a page', `--page https://${shown.replace(/^\/+/, '')}`);
  if (!URL.canParse(text)) throw problem('no address of a page', '--page https://<host of the page>');
  const url = new URL(text);
  if (url.protocol === 'ws:' || url.protocol === 'wss:')
    throw problem('this is the address of LiveKit', "give the page's: --page https://<host of the page>");
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw problem(`a page has no ${url.protocol}//`, `--page https://${url.host || '<host of the page>'}`);
  if (url.username || url.password || url.search || url.hash)
    throw problem(
      'the address holds more than host and path, and may not',
      `--page ${url.origin}${url.pathname}; the credential comes from WEB_TOKEN, --credential-file or the prompt`,
    );
  if (url.protocol === 'http:' && !isThisMachine(url.hostname))
    throw problem(
      'http:// shows the credential to everybody on the way, and browsers give no microphone there',
      `--page https://${url.hostname}${url.pathname}`,
    );
  url.pathname = url.pathname.replace(FILE, '').concat('/').replace(/\/+$/, '/');
  return url;
}

/** Loopback: nobody else is on the way. */
function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
