import { refusal, skewOf } from '../checks/token-refusal.ts';
import { belowUrl } from '../signalling.ts';
import type { OutsideCheck } from './context.ts';
import { BY_NAME_WITHIN_MS } from './page-request.ts';

/** LiveKit takes the token that the page made; a wrong key, secret and clock are told apart. */
export const signalToken: OutsideCheck = {
  id: 'signal-token',
  proves: 'LiveKit takes the page’s token',
  needs: ['signal-ws'],
  deadlineMs: BY_NAME_WITHIN_MS,
  async run({ seen, signal, fetch }) {
    const { url = '', token = '', pageSkewMs } = seen;
    const response = await fetch(belowUrl(url, '/rtc/validate', 'http'), {
      ...{ signal, headers: { authorization: `Bearer ${token}` } },
    });
    const text = await response.text();
    if (response.ok) return 'it lets a caller in';
    // Both clocks are compared with ours, which need not be right.
    const skewMs = skewOf(response);
    const apartMs = skewMs === undefined || pageSkewMs === undefined ? undefined : skewMs - pageSkewMs;
    return refusal({ status: response.status, text, skewMs: apartMs });
  },
};
