import { AppError } from '../../errors.ts';
import { parsePageAddress } from './address.ts';
import type { OutsideCheck } from './context.ts';
import { askPage, BY_NAME_WITHIN_MS } from './page-request.ts';

/** Name, connection and TLS of the page's address, and that the page of a voice agent is what answers there. */
export const page: OutsideCheck = {
  id: 'page',
  proves: 'the page answers',
  deadlineMs: BY_NAME_WITHIN_MS,
  async run({ page: address, seen, signal, fetch }) {
    const url = parsePageAddress(address);
    const answer = await askPage({ page: url, path: 'api/config', signal, fetch });
    const { agentName, credential, livekitUrl } = answer as Record<string, unknown>;
    if (typeof credential !== 'string' || typeof livekitUrl !== 'string')
      throw new AppError(`${url.host} answers, but not as the page of a voice agent does`, {
        hint: 'give the address at which the page opens in a browser',
      });
    seen.page = url;
    seen.credentialNeed = credential;
    return `${url.href}, agent «${typeof agentName === 'string' ? agentName : ''}»`;
  },
};
